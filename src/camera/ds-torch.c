/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-torch.h"

#include "ds-error.h"

#include <fcntl.h>
#include <glib/gi18n.h>
#include <string.h>
#include <unistd.h>

struct _DsTorch
{
  char *brightness; /* the file that switches it */
  guint64 brightest;
  gboolean lit;
};

static gboolean
read_number (const char *folder, const char *name, guint64 *number)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autofree char *text = NULL;

  return g_file_get_contents (path, &text, NULL, NULL)
         && g_ascii_string_to_unsigned (g_strchomp (text), 10, 0, G_MAXUINT32, number, NULL);
}

/* "white:torch", "white:flash", "led:torch_0": the names that Documentation/leds of the kernel gives. */
static DsTorch *
look_at (const char *root, const char *name)
{
  g_autofree char *folder = g_build_filename (root, name, NULL);
  g_autofree char *brightness = g_build_filename (folder, "brightness", NULL);
  guint64 brightest;
  DsTorch *self;

  if ((strstr (name, "torch") == NULL && strstr (name, "flash") == NULL)
      || !read_number (folder, "max_brightness", &brightest) || brightest == 0
      || access (brightness, W_OK) != 0)
    return NULL;
  self = g_new0 (DsTorch, 1);
  self->brightness = g_steal_pointer (&brightness);
  self->brightest = brightest;
  return self;
}

DsTorch *
ds_torch_find (const char *root)
{
  g_autoptr (GDir) leds = g_dir_open (root, 0, NULL);
  DsTorch *self = NULL;
  const char *name;

  while (self == NULL && leds != NULL && (name = g_dir_read_name (leds)) != NULL)
    self = look_at (root, name);
  return self;
}

void
ds_torch_free (DsTorch *self)
{
  if (self == NULL)
    return;
  if (self->lit)
    ds_torch_set_lit (self, FALSE, NULL);
  g_free (self->brightness);
  g_free (self);
}

gboolean
ds_torch_is_lit (DsTorch *self)
{
  g_return_val_if_fail (self != NULL, FALSE);
  return self->lit;
}

gboolean
ds_torch_set_lit (DsTorch *self, gboolean lit, GError **error)
{
  g_autofree char *number = g_strdup_printf ("%" G_GUINT64_FORMAT "\n", lit ? self->brightest : 0);
  int fd = open (self->brightness, O_WRONLY | O_TRUNC | O_CLOEXEC);
  gboolean written = fd >= 0 && write (fd, number, strlen (number)) == (ssize_t)strlen (number);

  if (fd >= 0)
    close (fd);
  if (written)
    self->lit = lit;
  else
    g_set_error_literal (error, DS_ERROR, DS_ERROR_STATE,
                         _ ("The light cannot be switched. Go where it is brighter."));
  return written;
}
