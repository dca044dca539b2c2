/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-wedge.h"

#include <string.h>

/* No code is longer; an engine gone mad must not fill the memory. */
#define MAX_BYTES 8192

struct _DsBurst
{
  GString *text;
  glong n_characters;
  guint32 last_ms;
  gunichar first;
  gboolean varied; /* holding one key down repeats it fast: that is no scan */
};

DsBurst *
ds_burst_new (void)
{
  DsBurst *self = g_new0 (DsBurst, 1);

  self->text = g_string_new (NULL);
  return self;
}

void
ds_burst_free (DsBurst *self)
{
  g_string_free (self->text, TRUE);
  g_free (self);
}

static void
reset (DsBurst *self)
{
  g_string_truncate (self->text, 0);
  self->n_characters = 0;
  self->varied = FALSE;
}

gboolean
ds_burst_add (DsBurst *self, gunichar character, guint32 time_ms)
{
  gboolean begins;

  g_return_val_if_fail (self != NULL, FALSE);

  /* Event times wrap around after 49 days; the unsigned difference does not mind. */
  begins
      = self->n_characters == 0 || time_ms - self->last_ms > DS_BURST_GAP_MS || self->text->len >= MAX_BYTES;
  if (begins)
    {
      reset (self);
      self->first = character;
    }
  g_string_append_unichar (self->text, character);
  self->n_characters++;
  self->varied |= character != self->first;
  self->last_ms = time_ms;

  return begins;
}

gboolean
ds_burst_is_scan (DsBurst *self, guint32 time_ms)
{
  g_return_val_if_fail (self != NULL, FALSE);

  return self->n_characters >= DS_BURST_MIN_CHARACTERS && self->varied
         && time_ms - self->last_ms <= DS_BURST_GAP_MS;
}

char *
ds_burst_end (DsBurst *self, guint32 time_ms)
{
  g_autofree char *text = NULL;

  g_return_val_if_fail (self != NULL, NULL);

  if (ds_burst_is_scan (self, time_ms))
    text = g_strndup (self->text->str, self->text->len);
  reset (self);

  return g_steal_pointer (&text);
}

struct _DsWedge
{
  GObject parent;

  GtkWidget *widget; /* weak: it owns the controller, not the other way round */
  GtkEventController *keys;
  DsBurst *burst;
  char *prefix;
  char *suffix;
  gboolean us_layout;
  gboolean ended; /* a scan has, with a key at @ended_ms */
  guint32 ended_ms;

  /* The field that has the focus while a run goes on, and what it held before. */
  GtkEditable *field;
  char *field_text;
  int field_position;
};

G_DEFINE_FINAL_TYPE (DsWedge, ds_wedge, G_TYPE_OBJECT)

enum
{
  SIGNAL_SCANNED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
remember_field (DsWedge *self)
{
  GtkWidget *focus = gtk_root_get_focus (gtk_widget_get_root (self->widget));

  g_clear_weak_pointer (&self->field);
  g_clear_pointer (&self->field_text, g_free);
  if (GTK_IS_EDITABLE (focus) && gtk_editable_get_editable (GTK_EDITABLE (focus)))
    {
      g_set_weak_pointer (&self->field, GTK_EDITABLE (focus));
      self->field_text = g_strdup (gtk_editable_get_text (self->field));
      self->field_position = gtk_editable_get_position (self->field);
    }
}

static void
restore_field (DsWedge *self)
{
  if (self->field == NULL)
    return;

  gtk_editable_set_text (self->field, self->field_text);
  gtk_editable_set_position (self->field, self->field_position);
  g_clear_weak_pointer (&self->field);
}

gunichar
ds_wedge_us_character (guint keycode, gboolean shifted)
{
  /* By evdev code (linux/input-event-codes.h), from KEY_1 (2) to KEY_SPACE (57). */
  static const char plain[] = "1234567890-=\0\0qwertyuiop[]\0\0asdfghjkl;'`\0\\zxcvbnm,./\0\0\0 ";
  static const char upper[] = "!@#$%^&*()_+\0\0QWERTYUIOP{}\0\0ASDFGHJKL:\"~\0|ZXCVBNM<>?\0\0\0 ";
  guint code = keycode - 8 - 2;

  if (keycode < 10 || code >= sizeof plain - 1)
    return 0;
  return (gunichar)(shifted ? upper[code] : plain[code]);
}

char *
ds_wedge_strip (const char *text, const char *prefix, const char *suffix)
{
  gsize n;

  if (prefix != NULL && g_str_has_prefix (text, prefix))
    text += strlen (prefix);
  n = strlen (text);
  if (suffix != NULL && g_str_has_suffix (text, suffix))
    n -= strlen (suffix);
  return g_strndup (text, n);
}

/* Engines end a code with Enter, some with Tab, a line feed or the group separator: as keys of their own or, as a keyboard
 * types control characters, with Ctrl. */
static gboolean
is_end (guint keyval, GdkModifierType state)
{
  switch (keyval)
    {
    case GDK_KEY_Return:
    case GDK_KEY_KP_Enter:
    case GDK_KEY_ISO_Enter:
    case GDK_KEY_Tab:
    case GDK_KEY_Linefeed:
      return TRUE;
    case GDK_KEY_bracketright:
    case GDK_KEY_j:
    case GDK_KEY_m:
      return (state & GDK_CONTROL_MASK) != 0;
    default:
      return keyval == 0x1d;
    }
}

static gboolean
key_pressed (DsWedge *self, guint keyval, guint keycode, GdkModifierType state)
{
  guint32 time_ms = gtk_event_controller_get_current_event_time (self->keys);
  gunichar character = self->us_layout ? ds_wedge_us_character (keycode, (state & GDK_SHIFT_MASK) != 0)
                                       : gdk_keyval_to_unicode (keyval);

  if (is_end (keyval, state))
    {
      g_autofree char *text = ds_burst_end (self->burst, time_ms);
      g_autofree char *code = text != NULL ? ds_wedge_strip (text, self->prefix, self->suffix) : NULL;

      /* Some end with two keys, CR and LF: the second would press whatever has the focus after the scan. */
      if (code == NULL)
        {
          self->ended = self->ended && time_ms - self->ended_ms <= DS_BURST_GAP_MS;
          self->ended_ms = time_ms;
          return self->ended ? GDK_EVENT_STOP : GDK_EVENT_PROPAGATE;
        }
      self->ended = TRUE;
      self->ended_ms = time_ms;
      restore_field (self);
      g_signal_emit (self, signals[SIGNAL_SCANNED], 0, code);
      return GDK_EVENT_STOP;
    }

  if (!g_unichar_isprint (character) || (state & (GDK_CONTROL_MASK | GDK_ALT_MASK | GDK_SUPER_MASK)) != 0)
    return GDK_EVENT_PROPAGATE;

  if (ds_burst_add (self->burst, character, time_ms))
    remember_field (self);
  else if (character == ' ' && self->field == NULL)
    return GDK_EVENT_STOP; /* the space of a scanned text must not press the button that has the focus */
  return GDK_EVENT_PROPAGATE;
}

static void
ds_wedge_dispose (GObject *object)
{
  DsWedge *self = DS_WEDGE (object);

  if (self->widget != NULL)
    gtk_widget_remove_controller (self->widget, self->keys);
  g_clear_weak_pointer (&self->widget);
  g_clear_weak_pointer (&self->field);

  G_OBJECT_CLASS (ds_wedge_parent_class)->dispose (object);
}

static void
ds_wedge_finalize (GObject *object)
{
  DsWedge *self = DS_WEDGE (object);

  ds_burst_free (self->burst);
  g_free (self->field_text);
  g_free (self->prefix);
  g_free (self->suffix);

  G_OBJECT_CLASS (ds_wedge_parent_class)->finalize (object);
}

static void
ds_wedge_class_init (DsWedgeClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = ds_wedge_dispose;
  object_class->finalize = ds_wedge_finalize;

  signals[SIGNAL_SCANNED] = g_signal_new ("scanned", DS_TYPE_WEDGE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                          G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
ds_wedge_init (DsWedge *self)
{
  self->burst = ds_burst_new ();
}

DsWedge *
ds_wedge_new (GtkWidget *widget)
{
  DsWedge *self;

  g_return_val_if_fail (GTK_IS_ROOT (widget), NULL);

  self = g_object_new (DS_TYPE_WEDGE, NULL);
  g_set_weak_pointer (&self->widget, widget);
  self->keys = gtk_event_controller_key_new ();
  gtk_event_controller_set_propagation_phase (self->keys, GTK_PHASE_CAPTURE);
  g_signal_connect_object (self->keys, "key-pressed", G_CALLBACK (key_pressed), self, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (widget, self->keys);
  return self;
}

void
ds_wedge_set_affixes (DsWedge *self, const char *prefix, const char *suffix)
{
  g_return_if_fail (DS_IS_WEDGE (self));

  g_free (self->prefix);
  g_free (self->suffix);
  self->prefix = g_strdup (prefix);
  self->suffix = g_strdup (suffix);
}

void
ds_wedge_set_us_layout (DsWedge *self, gboolean us_layout)
{
  g_return_if_fail (DS_IS_WEDGE (self));
  self->us_layout = us_layout;
}
