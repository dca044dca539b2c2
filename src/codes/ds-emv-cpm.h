/* SPDX-License-Identifier: GPL-3.0-or-later */
/* EMVCo QR Code Specification for Payment Systems, Consumer-Presented Mode 1.1: reading and writing.
 *
 * Such a code names the customer's account and a cryptogram; only the operator can say whether it pays. */
#pragma once

#include "ds-emv-finding.h"

G_BEGIN_DECLS

/* Tags of the specification's own objects. */
#define DS_EMV_CPM_FORMAT 0x85
#define DS_EMV_CPM_APPLICATION 0x61
#define DS_EMV_CPM_COMMON 0x62
#define DS_EMV_CPM_APPLICATION_DATA 0x63
#define DS_EMV_CPM_COMMON_DATA 0x64
#define DS_EMV_CPM_AID 0x4F

/**
 * DsEmvCpmObject:
 * @tag: the tag's bytes as a number
 * @path: where it stands: "85", "61-4F"; a template that repeats is counted: "61.2-4F"
 * @value: its value; of a template too, whole
 * @parts: (nullable) (element-type DsEmvCpmObject): for 61 and 62, what @value holds, as far as it could be read
 */
typedef struct
{
  guint32 tag;
  char *path;
  GBytes *value;
  GPtrArray *parts;
} DsEmvCpmObject;

/**
 * DsEmvCpm:
 * @objects: (element-type DsEmvCpmObject): the root's objects in the code's order
 * @findings: (element-type DsEmvFinding): what was wrong when it was read
 *
 * Read-only once made.
 */
typedef struct
{
  GPtrArray *objects;
  GPtrArray *findings;
} DsEmvCpm;

void ds_emv_cpm_free (DsEmvCpm *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DsEmvCpm, ds_emv_cpm_free)

/**
 * ds_emv_cpm_read:
 * @text: any text
 *
 * Reads as much as can be read of a code in base64 and says of every rule that is broken where and how. Objects of
 * unknown tags are kept and mean nothing.
 *
 * Returns: (transfer full): the code; its verdict may be %DS_EMV_INVALID
 */
DsEmvCpm *ds_emv_cpm_read (const char *text);

DsEmvVerdict ds_emv_cpm_get_verdict (const DsEmvCpm *self);

/* Returns: (transfer none) (nullable): the object at a path such as "61-57". */
const DsEmvCpmObject *ds_emv_cpm_find (const DsEmvCpm *self, const char *path);

/**
 * ds_emv_cpm_write:
 * @bytes: (array length=n): templates 61, 62 and others, encoded, without the payload format indicator
 * @n: how many bytes
 * @error: return location for a %DS_ERROR_INVALID that names the path and the rule
 *
 * Puts the payload format indicator before them and writes all of it in base64. What is written has been read again
 * and found to keep every rule.
 *
 * Returns: (transfer full) (nullable): the payload
 */
char *ds_emv_cpm_write (const guint8 *bytes, gsize n, GError **error);

/* Returns: (transfer none) (nullable): what objects with @tag are called, in English, marked for translation. */
const char *ds_emv_cpm_name (guint32 tag);

/* Returns: (transfer full): the value as people read it: text as text, all else in hexadecimal. */
char *ds_emv_cpm_object_to_text (const DsEmvCpmObject *object);

G_END_DECLS
