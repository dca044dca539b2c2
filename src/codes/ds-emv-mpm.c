/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-emv-mpm.h"

#include "ds-emv-mpm-rules.h"
#include "ds-error.h"

#include <stdlib.h>
#include <string.h>

/* The root, a template in it, and a payment system's template within the additional data. */
#define MAX_DEPTH 3

/* Two digits of id and two of length. */
#define HEADER_SIZE 4
#define VALUE_MAX_CHARACTERS 99

/* Beyond this a text is not even taken apart. */
#define READ_MAX_BYTES (8 * DS_EMV_MPM_MAX_BYTES)

static void
object_free (gpointer data)
{
  DsEmvObject *object = data;

  g_free (object->value);
  g_clear_pointer (&object->parts, g_ptr_array_unref);
  g_free (object);
}

static GPtrArray *
objects_new (void)
{
  return g_ptr_array_new_with_free_func (object_free);
}

/* Returns: (transfer none): the new last object. */
static DsEmvObject *
objects_append (GPtrArray *objects, const char *id)
{
  DsEmvObject *object = g_new0 (DsEmvObject, 1);

  memcpy (object->id, id, 2);
  g_ptr_array_add (objects, object);
  return object;
}

static DsEmvObject *
objects_find (GPtrArray *objects, const char *id)
{
  for (guint i = 0; i < objects->len; i++)
    {
      DsEmvObject *object = g_ptr_array_index (objects, i);

      if (strncmp (object->id, id, 2) == 0)
        return object;
    }
  return NULL;
}

DsEmvMpm *
ds_emv_mpm_new (void)
{
  DsEmvMpm *self = g_new (DsEmvMpm, 1);

  self->objects = objects_new ();
  self->findings = ds_emv_findings_new ();
  return self;
}

void
ds_emv_mpm_free (DsEmvMpm *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->objects);
  g_ptr_array_unref (self->findings);
  g_free (self);
}

guint16
ds_emv_crc16 (const char *bytes, gsize n)
{
  guint16 crc = 0xFFFF;

  for (gsize i = 0; i < n; i++)
    {
      crc ^= (guint16)((guint8)bytes[i] << 8);
      for (guint bit = 0; bit < 8; bit++)
        crc = (guint16)(crc & 0x8000 ? crc << 1 ^ 0x1021 : crc << 1);
    }
  return crc;
}

static char *
join_path (const char *parent, const char *id)
{
  return *parent == '\0' ? g_strndup (id, 2) : g_strdup_printf ("%s-%.2s", parent, id);
}

/* Where a value of @length characters ends, or %NULL if the text ends before it. */
static const char *
skip_characters (const char *at, guint length)
{
  for (; length > 0; length--)
    {
      if (*at == '\0')
        return NULL;
      at = g_utf8_next_char (at);
    }
  return at;
}

/* Takes the next object's header apart. Returns: the value's length, or 0 after a finding. */
static guint
read_header (DsEmvMpm *self, const char *text, const char *at, const char *parent)
{
  g_autofree char *path = NULL;
  glong position = g_utf8_pointer_to_offset (text, at);
  gsize digits = strspn (at, "0123456789");
  guint length;

  if (digits < HEADER_SIZE)
    {
      if (strlen (at) < HEADER_SIZE)
        ds_emv_findings_add (self->findings, DS_EMV_INVALID, parent, "header",
                             "the text ends within the header of an object at character %ld", position);
      else
        ds_emv_findings_add (self->findings, DS_EMV_INVALID, parent, "header",
                             "no %s of two digits stands at character %ld", digits < 2 ? "ID" : "length",
                             digits < 2 ? position : position + 2);
      return 0;
    }

  length = (guint)(at[2] - '0') * 10 + (guint)(at[3] - '0');
  if (length == 0)
    {
      path = join_path (parent, at);
      ds_emv_findings_add (self->findings, DS_EMV_INVALID, path, "empty", "it has no value");
    }
  return length;
}

/* Returns: whether @text was taken apart to its end; if not, a finding says why. */
static gboolean
read_objects (DsEmvMpm *self, const char *text, const char *parent, guint depth, GPtrArray *objects)
{
  const char *at = text;

  while (*at != '\0')
    {
      guint length = read_header (self, text, at, parent);
      const char *value = at + HEADER_SIZE;
      const char *end = length > 0 ? skip_characters (value, length) : NULL;
      g_autofree char *path = NULL;
      DsEmvObject *object;

      if (length == 0)
        return FALSE;
      path = join_path (parent, at);
      if (end == NULL)
        {
          ds_emv_findings_add (self->findings, DS_EMV_INVALID, path, "overrun",
                               "it claims %u characters and only %ld are left", length,
                               g_utf8_strlen (value, -1));
          return FALSE;
        }
      if (objects_find (objects, at) != NULL)
        ds_emv_findings_add (self->findings, DS_EMV_INVALID, path, "duplicate", "it stands there twice");

      object = objects_append (objects, at);
      object->value = g_strndup (value, (gsize)(end - value));
      if (depth + 1 < MAX_DEPTH && ds_emv_mpm_is_template (path))
        {
          object->parts = objects_new ();
          read_objects (self, object->value, path, depth + 1, object->parts);
        }
      at = end;
    }
  return TRUE;
}

/* The check is the last object, its four digits the last characters, and it covers all before them. */
static void
check_crc (DsEmvMpm *self, const char *text)
{
  const DsEmvObject *last
      = self->objects->len > 0 ? g_ptr_array_index (self->objects, self->objects->len - 1) : NULL;
  const DsEmvObject *check = objects_find (self->objects, "63");
  char wanted[5];

  /* Its absence and its form are other rules' business. */
  if (check == NULL || strlen (check->value) != 4)
    return;
  if (check != last)
    {
      ds_emv_findings_add (self->findings, DS_EMV_INVALID, "63", "order", "the check is not the last object");
      return;
    }

  g_snprintf (wanted, sizeof wanted, "%04X", ds_emv_crc16 (text, strlen (text) - 4));
  if (g_ascii_strcasecmp (check->value, wanted) != 0)
    ds_emv_findings_add (self->findings, DS_EMV_INVALID, "63", "crc",
                         "the check is %s and should be %s: the code was misread or altered", check->value,
                         wanted);
  else if (strcmp (check->value, wanted) != 0)
    ds_emv_findings_add (self->findings, DS_EMV_LENIENT, "63", "case",
                         "the check is written in small letters");
}

DsEmvMpm *
ds_emv_mpm_read (const char *text)
{
  g_autoptr (DsEmvMpm) self = ds_emv_mpm_new ();
  gsize n;

  g_return_val_if_fail (text != NULL, NULL);

  n = strnlen (text, READ_MAX_BYTES + 1);
  if (n > DS_EMV_MPM_MAX_BYTES)
    ds_emv_findings_add (self->findings, DS_EMV_INVALID, "", "size", "it is longer than %d bytes",
                         DS_EMV_MPM_MAX_BYTES);
  if (n > READ_MAX_BYTES)
    return g_steal_pointer (&self);
  if (n == 0 || !g_utf8_validate (text, (gssize)n, NULL))
    {
      ds_emv_findings_add (self->findings, DS_EMV_INVALID, "", "text",
                           n == 0 ? "it is empty" : "it is not UTF-8");
      return g_steal_pointer (&self);
    }

  /* What lies beyond the point where the structure breaks is unknown, so nothing is said to be missing then. */
  if (read_objects (self, text, "", 0, self->objects))
    {
      ds_emv_mpm_check_presence (self);
      check_crc (self, text);
    }
  ds_emv_mpm_check_values (self);
  return g_steal_pointer (&self);
}

DsEmvVerdict
ds_emv_mpm_get_verdict (const DsEmvMpm *self)
{
  g_return_val_if_fail (self != NULL, DS_EMV_INVALID);
  return ds_emv_findings_judge (self->findings);
}

const char *
ds_emv_mpm_get (const DsEmvMpm *self, const char *path)
{
  GPtrArray *level;
  const DsEmvObject *object = NULL;

  g_return_val_if_fail (self != NULL && path != NULL, NULL);

  level = self->objects;
  for (const char *id = path;; id += 3)
    {
      object = level != NULL && strnlen (id, 2) == 2 ? objects_find (level, id) : NULL;
      if (object == NULL || id[2] == '\0')
        break;
      level = object->parts;
    }
  return object != NULL ? object->value : NULL;
}

void
ds_emv_mpm_set (DsEmvMpm *self, const char *path, const char *value)
{
  GPtrArray *level;

  g_return_if_fail (self != NULL && path != NULL && value != NULL);
  g_return_if_fail (strlen (path) % 3 == 2 && strlen (path) < 3 * MAX_DEPTH);

  level = self->objects;
  for (const char *id = path;; id += 3)
    {
      DsEmvObject *object = objects_find (level, id);

      if (object == NULL)
        object = objects_append (level, id);
      if (id[2] == '\0')
        {
          g_free (object->value);
          object->value = g_strdup (value);
          g_clear_pointer (&object->parts, g_ptr_array_unref);
          return;
        }
      if (object->parts == NULL)
        object->parts = objects_new ();
      level = object->parts;
    }
}

/* Returns: whether every value had a length that can be written. */
static gboolean
write_objects (GPtrArray *objects, const char *parent, GString *to, GError **error)
{
  for (guint i = 0; i < objects->len; i++)
    {
      const DsEmvObject *object = g_ptr_array_index (objects, i);
      g_autofree char *path = join_path (parent, object->id);
      g_autoptr (GString) value = g_string_new (object->parts == NULL ? object->value : NULL);
      glong length;

      if (object->parts != NULL && !write_objects (object->parts, path, value, error))
        return FALSE;
      length = g_utf8_strlen (value->str, -1);
      if (length < 1 || length > VALUE_MAX_CHARACTERS)
        {
          g_set_error (error, DS_ERROR, DS_ERROR_INVALID,
                       "%s (%s) would have %ld characters; 1 to %d can be written", ds_emv_mpm_name (path),
                       path, length, VALUE_MAX_CHARACTERS);
          return FALSE;
        }
      if (strcmp (path, "63") != 0)
        g_string_append_printf (to, "%s%02ld%s", object->id, length, value->str);
    }
  return TRUE;
}

/* An object under an ID that is reserved is not ours to make, but one that was read is kept for whoever knows it.
 * Returns: (nullable): what forbids to write @written, the code that @self would become. */
static const DsEmvFinding *
find_obstacle (const DsEmvMpm *self, const DsEmvMpm *written)
{
  for (guint i = 0; i < written->findings->len; i++)
    {
      const DsEmvFinding *finding = g_ptr_array_index (written->findings, i);

      if (!g_str_equal (finding->rule, DS_EMV_MPM_RULE_RESERVED)
          || ds_emv_findings_find (self->findings, finding->path, DS_EMV_MPM_RULE_RESERVED) == NULL)
        return finding;
    }
  return NULL;
}

char *
ds_emv_mpm_write (const DsEmvMpm *self, GError **error)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (DsEmvMpm) again = NULL;
  const DsEmvFinding *finding;

  g_return_val_if_fail (self != NULL, NULL);

  if (!write_objects (self->objects, "", text, error))
    return NULL;
  g_string_append (text, "6304");
  g_string_append_printf (text, "%04X", ds_emv_crc16 (text->str, text->len));

  again = ds_emv_mpm_read (text->str);
  finding = find_obstacle (self, again);
  if (finding != NULL)
    {
      g_set_error (error, DS_ERROR, DS_ERROR_INVALID, "A code cannot be made: %s%s%s", finding->path,
                   *finding->path != '\0' ? ": " : "", finding->detail);
      return NULL;
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}
