/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-emv-cpm.h"

#include "ds-encoding.h"
#include "ds-error.h"
#include "ds-tlv.h"

#include <glib/gi18n.h>
#include <string.h>

/* The only payload format indicator there is. */
#define FORMAT "CPV01"

/* Above what any QR code holds. */
#define READ_MAX_CHARACTERS 4296

#define TAG_LABEL 0x50
#define TAG_TRACK_2 0x57
#define TAG_PAN 0x5A

#define APPLICATIONS_MAX 2

/* EMVCo CPM table 4.1 to 4.4; the data objects are those of EMV book 3, annex A. */
static const struct
{
  guint32 tag;
  gsize min, max; /* bytes */
  gboolean is_text;
  const char *name;
} rules[] = {
  { DS_EMV_CPM_FORMAT, 5, 5, TRUE, N_ ("Payload format") },
  { DS_EMV_CPM_APPLICATION, 1, 512, FALSE, N_ ("Application") },
  { DS_EMV_CPM_COMMON, 1, 512, FALSE, N_ ("Common data") },
  { DS_EMV_CPM_APPLICATION_DATA, 1, 512, FALSE, N_ ("Application’s own data") },
  { DS_EMV_CPM_COMMON_DATA, 1, 512, FALSE, N_ ("Common own data") },
  { DS_EMV_CPM_AID, 5, 16, FALSE, N_ ("Application identifier") },
  { TAG_LABEL, 1, 16, TRUE, N_ ("Application label") },
  { TAG_TRACK_2, 1, 19, FALSE, N_ ("Track 2 equivalent data") },
  { TAG_PAN, 1, 10, FALSE, N_ ("Account number") },
  { 0x5F20, 2, 26, TRUE, N_ ("Cardholder name") },
  { 0x5F2D, 2, 8, TRUE, N_ ("Languages") },
  { 0x5F50, 1, 512, TRUE, N_ ("Issuer’s address") },
  { 0x9F08, 2, 2, FALSE, N_ ("Application version") },
  { 0x9F19, 6, 6, FALSE, N_ ("Token requestor") },
  { 0x9F24, 1, 29, TRUE, N_ ("Payment account reference") },
  { 0x9F25, 2, 2, FALSE, N_ ("Last four digits") },
};

static gsize
find_rule (guint32 tag)
{
  gsize i = 0;

  while (i < G_N_ELEMENTS (rules) && rules[i].tag != tag)
    i++;
  return i;
}

const char *
ds_emv_cpm_name (guint32 tag)
{
  gsize i = find_rule (tag);

  return i < G_N_ELEMENTS (rules) ? rules[i].name : NULL;
}

static void
object_free (gpointer data)
{
  DsEmvCpmObject *object = data;

  g_free (object->path);
  g_bytes_unref (object->value);
  g_clear_pointer (&object->parts, g_ptr_array_unref);
  g_free (object);
}

void
ds_emv_cpm_free (DsEmvCpm *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->objects);
  g_ptr_array_unref (self->findings);
  g_free (self);
}

static guint
count (GPtrArray *objects, guint32 tag)
{
  guint n = 0;

  for (guint i = 0; i < objects->len; i++)
    n += ((DsEmvCpmObject *)g_ptr_array_index (objects, i))->tag == tag ? 1 : 0;
  return n;
}

/* The bit of a tag's first byte that says whether the value holds further objects (ISO/IEC 8825-1). */
static gboolean
is_constructed (guint32 tag)
{
  while (tag > 0xFF)
    tag >>= 8;
  return (tag & 0x20) != 0;
}

static char *
make_path (const char *parent, guint32 tag, guint before)
{
  g_autofree char *number = before > 0 ? g_strdup_printf (".%u", before + 1) : NULL;

  return g_strdup_printf ("%s%s%X%s", parent, *parent != '\0' ? "-" : "", tag, number != NULL ? number : "");
}

static void
check_object (DsEmvCpm *self, const DsEmvCpmObject *object, guint before)
{
  gsize n = g_bytes_get_size (object->value);
  gsize i = find_rule (object->tag);

  if (before > 0 && !is_constructed (object->tag))
    ds_emv_findings_add (self->findings, DS_EMV_INVALID, object->path, "duplicate", "it stands there twice");
  if (i < G_N_ELEMENTS (rules) && (n < rules[i].min || n > rules[i].max))
    ds_emv_findings_add (self->findings, DS_EMV_LENIENT, object->path, "length",
                         "it has %" G_GSIZE_FORMAT " bytes, not %" G_GSIZE_FORMAT " to %" G_GSIZE_FORMAT, n,
                         rules[i].min, rules[i].max);
}

/* Returns: whether all of @bytes was taken apart; if not, a finding says why. */
static gboolean
read_objects (DsEmvCpm *self, GBytes *bytes, const char *parent, GPtrArray *objects)
{
  gsize n;
  const guint8 *data = g_bytes_get_data (bytes, &n);
  g_autoptr (GError) error = NULL;
  DsTlvReader reader;
  DsTlv tlv;

  ds_tlv_reader_init (&reader, data, n);
  while (!ds_tlv_reader_is_done (&reader))
    {
      DsEmvCpmObject *object;
      guint before;

      if (!ds_tlv_reader_next (&reader, &tlv, &error))
        {
          ds_emv_findings_add (self->findings, DS_EMV_INVALID, parent, "structure", "%s", error->message);
          return FALSE;
        }
      before = count (objects, tlv.tag);
      object = g_new0 (DsEmvCpmObject, 1);
      object->tag = tlv.tag;
      object->path = make_path (parent, tlv.tag, before);
      object->value = g_bytes_new_from_bytes (bytes, (gsize)(tlv.value - data), tlv.n);
      g_ptr_array_add (objects, object);
      check_object (self, object, before);

      /* 63, 64 and whatever else may follow are their owners' business. */
      if (*parent == '\0' && (tlv.tag == DS_EMV_CPM_APPLICATION || tlv.tag == DS_EMV_CPM_COMMON))
        {
          object->parts = g_ptr_array_new_with_free_func (object_free);
          if (!read_objects (self, object->value, object->path, object->parts))
            return FALSE;
        }
    }
  return TRUE;
}

/* The format indicator is the first object and says CPV01. */
static void
check_format (DsEmvCpm *self)
{
  const DsEmvCpmObject *first = self->objects->len > 0 ? g_ptr_array_index (self->objects, 0) : NULL;
  g_autoptr (GBytes) wanted = g_bytes_new_static (FORMAT, strlen (FORMAT));

  if (first == NULL || first->tag != DS_EMV_CPM_FORMAT)
    ds_emv_findings_add (self->findings, DS_EMV_INVALID, "85", "order",
                         "the payload format indicator is not the first object");
  else if (!g_bytes_equal (first->value, wanted))
    ds_emv_findings_add (self->findings, DS_EMV_INVALID, "85", "value", "the payload format is not " FORMAT);
}

/* An application without an identifier of the right length is passed over, as if it were not there.
 * Returns: whether @application can be paid with, as far as its identifier goes. */
static gboolean
check_aid (DsEmvCpm *self, const DsEmvCpmObject *application, DsEmvVerdict severity)
{
  g_autofree char *path = g_strdup_printf ("%s-4F", application->path);
  const DsEmvCpmObject *aid = ds_emv_cpm_find (self, path);
  gsize n = aid != NULL ? g_bytes_get_size (aid->value) : 0;
  gsize rule = find_rule (DS_EMV_CPM_AID);

  if (n >= rules[rule].min && n <= rules[rule].max)
    return TRUE;
  ds_emv_findings_add (self->findings, severity, path, aid == NULL ? "missing" : "length",
                       "the application has no identifier of 5 to 16 bytes and is passed over");
  return FALSE;
}

/* An account stands in the application or in the common data, as track 2 or as a number. */
static void
check_account (DsEmvCpm *self, const DsEmvCpmObject *application, const DsEmvCpmObject *common)
{
  guint tracks = count (application->parts, TAG_TRACK_2);
  guint numbers = count (application->parts, TAG_PAN);

  if (tracks > 0 && numbers > 0)
    ds_emv_findings_add (self->findings, DS_EMV_LENIENT, application->path, "account",
                         "the account is there twice, as 57 and as 5A");
  if (tracks + numbers == 0
      && (common == NULL || count (common->parts, TAG_TRACK_2) + count (common->parts, TAG_PAN) == 0))
    ds_emv_findings_add (self->findings, DS_EMV_INVALID, application->path, "missing",
                         "no account (57 or 5A) is there to pay from");
}

static void
check_templates (DsEmvCpm *self)
{
  guint n_applications = count (self->objects, DS_EMV_CPM_APPLICATION);
  const DsEmvCpmObject *common = ds_emv_cpm_find (self, "62");
  guint eligible = 0;

  if (n_applications == 0 || n_applications > APPLICATIONS_MAX)
    ds_emv_findings_add (self->findings, DS_EMV_INVALID, "61", n_applications == 0 ? "missing" : "count",
                         "%u applications are there instead of one or two", n_applications);
  if (count (self->objects, DS_EMV_CPM_COMMON) > 1)
    ds_emv_findings_add (self->findings, DS_EMV_INVALID, "62", "duplicate", "it stands there twice");
  if (n_applications == APPLICATIONS_MAX && common == NULL)
    ds_emv_findings_add (self->findings, DS_EMV_LENIENT, "62", "missing",
                         "two applications go with a template of common data");

  for (guint i = 0; i < self->objects->len; i++)
    {
      const DsEmvCpmObject *object = g_ptr_array_index (self->objects, i);

      if (object->tag == DS_EMV_CPM_APPLICATION
          && check_aid (self, object, n_applications > 1 ? DS_EMV_LENIENT : DS_EMV_INVALID))
        {
          eligible++;
          check_account (self, object, common);
        }
    }
  if (n_applications > 1 && eligible == 0)
    ds_emv_findings_add (self->findings, DS_EMV_INVALID, "61", "missing", "no application can be paid with");
}

/* g_base64_decode() passes over whatever it does not know, and the last character's unused bits: writing the bytes
 * again tells whether every character counted. */
static GBytes *
decode_base64 (const char *text)
{
  gsize n;
  g_autofree guchar *bytes = g_base64_decode (text, &n);
  g_autofree char *again = g_base64_encode (bytes, n);

  return strcmp (again, text) == 0 ? g_bytes_new_take (g_steal_pointer (&bytes), n) : NULL;
}

DsEmvCpm *
ds_emv_cpm_read (const char *text)
{
  g_autoptr (DsEmvCpm) self = g_new (DsEmvCpm, 1);
  g_autoptr (GBytes) bytes = NULL;
  gsize n;

  g_return_val_if_fail (text != NULL, NULL);

  self->objects = g_ptr_array_new_with_free_func (object_free);
  self->findings = ds_emv_findings_new ();

  n = strnlen (text, READ_MAX_CHARACTERS + 1);
  bytes = n > 0 && n <= READ_MAX_CHARACTERS ? decode_base64 (text) : NULL;
  if (bytes == NULL)
    ds_emv_findings_add (self->findings, DS_EMV_INVALID, "", n > READ_MAX_CHARACTERS ? "size" : "base64",
                         n > READ_MAX_CHARACTERS ? "it is longer than a QR code can be" : "it is not base64");
  else
    {
      gboolean whole = read_objects (self, bytes, "", self->objects);

      check_format (self);
      if (whole)
        check_templates (self);
    }
  return g_steal_pointer (&self);
}

DsEmvVerdict
ds_emv_cpm_get_verdict (const DsEmvCpm *self)
{
  g_return_val_if_fail (self != NULL, DS_EMV_INVALID);
  return ds_emv_findings_judge (self->findings);
}

static const DsEmvCpmObject *
find_in (GPtrArray *objects, const char *path)
{
  for (guint i = 0; i < objects->len; i++)
    {
      const DsEmvCpmObject *object = g_ptr_array_index (objects, i);
      const DsEmvCpmObject *part = NULL;

      if (strcmp (object->path, path) == 0)
        return object;
      if (object->parts != NULL)
        part = find_in (object->parts, path);
      if (part != NULL)
        return part;
    }
  return NULL;
}

const DsEmvCpmObject *
ds_emv_cpm_find (const DsEmvCpm *self, const char *path)
{
  g_return_val_if_fail (self != NULL && path != NULL, NULL);
  return find_in (self->objects, path);
}

char *
ds_emv_cpm_write (const guint8 *bytes, gsize n, GError **error)
{
  g_autoptr (GByteArray) payload = g_byte_array_new ();
  g_autoptr (DsEmvCpm) again = NULL;
  g_autofree char *text = NULL;
  const DsEmvFinding *finding;

  g_return_val_if_fail (bytes != NULL || n == 0, NULL);

  ds_tlv_append (payload, DS_EMV_CPM_FORMAT, FORMAT, strlen (FORMAT));
  g_byte_array_append (payload, bytes, (guint)n);
  text = g_base64_encode (payload->data, payload->len);

  again = ds_emv_cpm_read (text);
  finding = ds_emv_findings_get_gravest (again->findings);
  if (finding != NULL)
    {
      g_set_error (error, DS_ERROR, DS_ERROR_INVALID, "A code cannot be made: %s%s%s", finding->path,
                   *finding->path != '\0' ? ": " : "", finding->detail);
      return NULL;
    }
  return g_steal_pointer (&text);
}

char *
ds_emv_cpm_object_to_text (const DsEmvCpmObject *object)
{
  gsize n;
  const guint8 *value;
  gsize i;

  g_return_val_if_fail (object != NULL, NULL);

  value = g_bytes_get_data (object->value, &n);
  i = find_rule (object->tag);
  if (i < G_N_ELEMENTS (rules) && rules[i].is_text)
    return g_utf8_make_valid ((const char *)value, (gssize)n);
  return ds_hex_encode (value, n);
}
