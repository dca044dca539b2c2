/* SPDX-License-Identifier: GPL-3.0-or-later */
/* EMVCo QR Code Specification for Payment Systems, Merchant-Presented Mode 1.1: reading and writing. */
#pragma once

#include "ds-emv-finding.h"

G_BEGIN_DECLS

/* The longest payload, in bytes (EMVCo MPM 3.1: multi-byte characters leave room for fewer). */
#define DS_EMV_MPM_MAX_BYTES 512

/**
 * DsEmvObject:
 * @id: two digits
 * @value: its value; of a template too, whole, as it was read
 * @parts: (nullable) (element-type DsEmvObject): for templates, what @value holds, as far as it could be read
 */
typedef struct
{
  char id[3];
  char *value;
  GPtrArray *parts;
} DsEmvObject;

/**
 * DsEmvMpm:
 * @objects: (element-type DsEmvObject): the root's objects in the code's order
 * @findings: (element-type DsEmvFinding): what was wrong when it was read
 *
 * Used by one thread at a time.
 */
typedef struct
{
  GPtrArray *objects;
  GPtrArray *findings;
} DsEmvMpm;

/* Returns: (transfer full): an empty code to be filled with ds_emv_mpm_set(). */
DsEmvMpm *ds_emv_mpm_new (void);
void ds_emv_mpm_free (DsEmvMpm *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DsEmvMpm, ds_emv_mpm_free)

/**
 * ds_emv_mpm_read:
 * @text: any text
 *
 * Reads as much as can be read and says of every rule that is broken where and how. Lengths count Unicode
 * characters (EMVCo MPM 3.2).
 *
 * Returns: (transfer full): the code; its verdict may be %DS_EMV_INVALID
 */
DsEmvMpm *ds_emv_mpm_read (const char *text);

DsEmvVerdict ds_emv_mpm_get_verdict (const DsEmvMpm *self);

/* Returns: (transfer none) (nullable): the value at a path such as "54" or "26-00". */
const char *ds_emv_mpm_get (const DsEmvMpm *self, const char *path);

/**
 * ds_emv_mpm_set:
 * @self: a code
 * @path: where: "54", "26-00", "62-50-00"
 * @value: 1 to 99 characters
 *
 * Replaces the value at @path, or appends it; a template comes into being with its first part.
 */
void ds_emv_mpm_set (DsEmvMpm *self, const char *path, const char *value);

/**
 * ds_emv_mpm_write:
 * @self: a code
 * @error: return location for a %DS_ERROR_INVALID that names the path and the rule
 *
 * Writes the objects in their order and adds the check (ID 63, computed anew) at the end. What is written has been
 * read again and found to keep every rule; only objects of reserved IDs may be there if they were there when @self
 * was read.
 *
 * Returns: (transfer full) (nullable): the payload
 */
char *ds_emv_mpm_write (const DsEmvMpm *self, GError **error);

/* Returns: (transfer none) (nullable): what the object at @path is called, in English, marked for translation. */
const char *ds_emv_mpm_name (const char *path);

/* CRC-16 with polynomial 0x1021 and initial value 0xFFFF (ISO/IEC 13239, as EMVCo MPM 4.3 uses it). */
guint16 ds_emv_crc16 (const char *bytes, gsize n);

G_END_DECLS
