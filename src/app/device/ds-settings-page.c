/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-settings-page.h"

#include "ds-camera-device.h"
#include "ds-feedback.h"
#include "ds-info-row.h"
#include "ds-preferences.h"
#include "ds-printer.h"
#include "ds-voice.h"
#include "ds-page.h"

#include <adwaita.h>
#include <glib/gi18n.h>

/* An amount with every part that is spoken. */
#define SAMPLE_FEN 4350
/* So that a scan of it says what it is. */
#define TEST_SLIP_CODE "DOORSTEP TEST SLIP"

struct _DsSettingsPage
{
  GtkBox parent;

  DsSession *session;
  GSettings *preferences; /* (nullable): none are kept where Doorstep is not installed */
  GCancellable *cancellable;

  GtkBox *groups;
  GtkListBox *scanning; /* where the choice of a camera goes once cameras were looked for */
};

static void page_init (DsPageInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (DsSettingsPage,
                               ds_settings_page,
                               GTK_TYPE_BOX,
                               G_IMPLEMENT_INTERFACE (DS_TYPE_PAGE, page_init))

static const char *
get_title (DsPage *page)
{
  return _ ("Settings");
}

static void
page_init (DsPageInterface *iface)
{
  iface->get_title = get_title;
}

/* Rows */

static GtkWidget *
find_switch (GtkWidget *widget)
{
  GtkWidget *found = GTK_IS_SWITCH (widget) ? widget : NULL;

  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL && found == NULL;
       child = gtk_widget_get_next_sibling (child))
    found = find_switch (child);
  return found;
}

/* A finger in a glove hits the row, not the switch in it. */
static void
did_activate_row (GtkListBox *list, GtkListBoxRow *row, gpointer user_data)
{
  GtkWidget *toggle = find_switch (GTK_WIDGET (row));

  if (toggle != NULL)
    gtk_switch_set_active (GTK_SWITCH (toggle), !gtk_switch_get_active (GTK_SWITCH (toggle)));
}

static GtkListBox *
add_group (DsSettingsPage *self, const char *title)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  GtkWidget *heading = g_object_new (GTK_TYPE_LABEL, "label", title, "xalign", 0.0, "wrap", TRUE, NULL);
  GtkWidget *list = g_object_new (GTK_TYPE_LIST_BOX, "selection-mode", GTK_SELECTION_NONE, NULL);

  gtk_widget_add_css_class (heading, "section");
  gtk_widget_add_css_class (heading, "loose");
  gtk_widget_add_css_class (list, "boxed-list");
  gtk_widget_add_css_class (list, "cards");
  gtk_accessible_update_property (GTK_ACCESSIBLE (list), GTK_ACCESSIBLE_PROPERTY_LABEL, title, -1);
  g_signal_connect (list, "row-activated", G_CALLBACK (did_activate_row), NULL);
  gtk_box_append (GTK_BOX (box), heading);
  gtk_box_append (GTK_BOX (box), list);
  gtk_box_append (self->groups, box);
  return GTK_LIST_BOX (list);
}

static DsInfoRow *
add_row (GtkListBox *list, const char *title, const char *subtitle)
{
  DsInfoRow *row = ds_info_row_new (NULL, title, subtitle);

  gtk_list_box_append (list, GTK_WIDGET (row));
  return row;
}

/* A row that leads somewhere. */
static void
add_link (GtkListBox *list, const char *title, const char *subtitle, const char *action)
{
  GtkWidget *row = GTK_WIDGET (add_row (list, title, subtitle));

  g_object_set (row, "leads", TRUE, "activatable", TRUE, "action-name", action, NULL);
  gtk_accessible_update_property (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_PROPERTY_LABEL, title, -1);
}

static void
add_switch (DsSettingsPage *self, GtkListBox *list, const char *title, const char *subtitle, const char *key)
{
  DsInfoRow *row = add_row (list, title, subtitle);
  GtkWidget *toggle = g_object_new (GTK_TYPE_SWITCH, "valign", GTK_ALIGN_CENTER, NULL);

  gtk_accessible_update_property (GTK_ACCESSIBLE (toggle), GTK_ACCESSIBLE_PROPERTY_LABEL, title, -1);
  ds_info_row_add_suffix (row, toggle);
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), TRUE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_PROPERTY_LABEL, title, -1);
  if (self->preferences != NULL)
    g_settings_bind (self->preferences, key, toggle, "active", G_SETTINGS_BIND_DEFAULT);
}

/* What a choice stands for, and its words; ends with one that has no words. */
typedef struct
{
  const char *value;
  const char *words;
} Choice;

/* One choice: its row keeps the key's value, its words are translated. */
typedef struct
{
  GSettings *preferences;
  char *key;
  GPtrArray *values;
} Chooser;

static void
chooser_free (gpointer data, GClosure *closure)
{
  Chooser *chooser = data;

  g_object_unref (chooser->preferences);
  g_free (chooser->key);
  g_ptr_array_unref (chooser->values);
  g_free (chooser);
}

static void
did_choose (GtkDropDown *down, GParamSpec *pspec, gpointer user_data)
{
  Chooser *chooser = user_data;
  guint at = gtk_drop_down_get_selected (down);
  const char *value;

  if (at >= chooser->values->len)
    return;
  value = g_ptr_array_index (chooser->values, at);
  if (g_str_equal (chooser->key, "text-size"))
    g_settings_set_int (chooser->preferences, chooser->key, (int)g_ascii_strtoll (value, NULL, 10));
  else if (g_str_equal (chooser->key, "printer-baud"))
    g_settings_set_uint (chooser->preferences, chooser->key, (guint)g_ascii_strtoull (value, NULL, 10));
  else
    g_settings_set_string (chooser->preferences, chooser->key, value);
}

static char *
get_value (DsSettingsPage *self, const char *key)
{
  g_autoptr (GVariant) value = g_settings_get_value (self->preferences, key);

  return g_variant_is_of_type (value, G_VARIANT_TYPE_STRING) ? g_variant_dup_string (value, NULL)
                                                             : g_variant_print (value, FALSE);
}

/* Below its title, not beside it: words in either language, at any size, have the row's width. */
static void
add_choice (DsSettingsPage *self, GtkListBox *list, const char *title, const char *key, const Choice *choices)
{
  g_autoptr (GtkStringList) words = gtk_string_list_new (NULL);
  GtkWidget *row = g_object_new (GTK_TYPE_LIST_BOX_ROW, "activatable", FALSE, NULL);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 4);
  GtkWidget *label = g_object_new (GTK_TYPE_LABEL, "label", title, "xalign", 0.0, "wrap", TRUE, NULL);
  GtkWidget *down;
  Chooser *chooser;
  g_autofree char *value = NULL;

  if (self->preferences == NULL)
    return;
  value = get_value (self, key);
  chooser = g_new0 (Chooser, 1);
  chooser->preferences = g_object_ref (self->preferences);
  chooser->key = g_strdup (key);
  chooser->values = g_ptr_array_new_with_free_func (g_free);
  for (const Choice *at = choices; at->words != NULL; at++)
    {
      gtk_string_list_append (words, at->words);
      g_ptr_array_add (chooser->values, g_strdup (at->value));
    }
  down = gtk_drop_down_new (G_LIST_MODEL (g_object_ref (words)), NULL);
  gtk_widget_set_size_request (down, -1, 48);
  gtk_accessible_update_property (GTK_ACCESSIBLE (down), GTK_ACCESSIBLE_PROPERTY_LABEL, title, -1);
  for (guint i = 0; i < chooser->values->len; i++)
    if (g_str_equal (g_ptr_array_index (chooser->values, i), value))
      gtk_drop_down_set_selected (GTK_DROP_DOWN (down), i);
  g_signal_connect_data (down, "notify::selected", G_CALLBACK (did_choose), chooser, chooser_free, 0);

  gtk_widget_add_css_class (label, "row-title");
  gtk_widget_add_css_class (box, "info-row");
  gtk_box_append (GTK_BOX (box), label);
  gtk_box_append (GTK_BOX (box), down);
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), box);
  gtk_list_box_append (list, row);
}

static void
add_entry (DsSettingsPage *self, GtkListBox *list, const char *title, const char *key)
{
  GtkWidget *row = g_object_new (GTK_TYPE_LIST_BOX_ROW, "activatable", FALSE, NULL);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 4);
  GtkWidget *label = g_object_new (GTK_TYPE_LABEL, "label", title, "xalign", 0.0, "wrap", TRUE, NULL);
  GtkWidget *entry = gtk_entry_new ();

  gtk_accessible_update_property (GTK_ACCESSIBLE (entry), GTK_ACCESSIBLE_PROPERTY_LABEL, title, -1);
  gtk_widget_add_css_class (label, "row-title");
  gtk_widget_add_css_class (entry, "tall");
  gtk_widget_add_css_class (box, "info-row");
  if (self->preferences != NULL)
    g_settings_bind (self->preferences, key, entry, "text", G_SETTINGS_BIND_DEFAULT);
  gtk_box_append (GTK_BOX (box), label);
  gtk_box_append (GTK_BOX (box), entry);
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), box);
  gtk_list_box_append (list, row);
}

/* Trying things */

static void
did_speak (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (DsSettingsPage) self = user_data;
  g_autoptr (GError) error = NULL;

  if (!ds_voice_say_finish (DS_VOICE (source), result, &error))
    ds_page_say (GTK_WIDGET (self), error->message);
}

static void
try_voice (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  DsSettingsPage *self = DS_SETTINGS_PAGE (widget);
  g_autofree char *words = ds_voice_words_for_paid (SAMPLE_FEN);

  ds_voice_say_async (ds_voice_get_default (), words, self->cancellable, did_speak, g_object_ref (self));
}

static void
try_sound (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  ds_feedback_give (ds_feedback_get_default (), DS_FEEDBACK_PAID);
}

static void
did_print (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (DsSettingsPage) self = user_data;
  g_autoptr (GError) error = NULL;

  if (ds_printer_print_finish (result, &error))
    ds_page_say (GTK_WIDGET (self), _ ("The test slip is printed."));
  else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    ds_page_say (GTK_WIDGET (self), error->message);
}

static void
try_printer (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  DsSettingsPage *self = DS_SETTINGS_PAGE (widget);
  g_autofree char *address
      = self->preferences ? g_settings_get_string (self->preferences, "printer-address") : g_strdup ("");
  guint baud = self->preferences ? g_settings_get_uint (self->preferences, "printer-baud") : 0;
  g_autoptr (DsSlip) slip = ds_slip_new ();

  ds_slip_add_title (slip, _ ("Test slip"));
  ds_slip_add_text (slip, _ ("No receipt: nothing was paid."));
  ds_slip_add_code (slip, TEST_SLIP_CODE);
  ds_printer_print_async (address, baud, slip, self->cancellable, did_print, g_object_ref (self));
}

/* The groups */

static void
add_look (DsSettingsPage *self)
{
  const Choice languages[]
      = { { "", _ ("As the system") }, { "zh_CN", "中文" }, { "en", "English" }, { NULL, NULL } };
  const Choice sizes[] = { { "100", "100 %" }, { "125", "125 %" }, { "150", "150 %" },
                           { "175", "175 %" }, { "200", "200 %" }, { NULL, NULL } };
  const Choice looks[] = { { "system", _ ("As the system") },
                           { "light", C_ ("appearance", "Light") },
                           { "dark", C_ ("appearance", "Dark") },
                           { "high-contrast", _ ("High contrast") },
                           { NULL, NULL } };
  GtkListBox *list = add_group (self, _ ("Language and looks"));

  if (self->preferences == NULL)
    {
      add_row (list, _ ("Not installed"),
               _ ("Doorstep runs from its build folder: settings are not kept here."));
      return;
    }
  add_choice (self, list, _ ("Language, from the next start on"), "language", languages);
  add_choice (self, list, _ ("Text size"), "text-size", sizes);
  add_choice (self, list, _ ("Appearance"), "appearance", looks);
}

static void
add_noises (DsSettingsPage *self)
{
  GtkListBox *list = add_group (self, _ ("When money comes"));

  add_switch (self, list, _ ("Sound"), _ ("One for paid, others for unknown and failed"), "sound");
  add_link (list, _ ("Try the sound"), _ ("Plays the tune of “paid”"), "settings.try-sound");
  add_switch (self, list, _ ("Vibration"), _ ("Where the handheld has a motor"), "vibration");
  add_switch (self, list, _ ("Voice"), _ ("Speaks the amount"), "voice");
  add_link (list, _ ("Try the voice"), _ ("Speaks a sample amount"), "settings.try-voice");
  add_switch (self, list, _ ("Bright screen for codes"), _ ("While a customer scans it"), "bright-code");
}

static void
did_list_cameras (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (DsSettingsPage) self = user_data;
  g_autoptr (GPtrArray) devices = ds_camera_list_finish (result, NULL);
  g_autofree Choice *choices = NULL;

  if (devices == NULL || self->scanning == NULL || devices->len == 0 || self->preferences == NULL)
    return;
  choices = g_new0 (Choice, devices->len + 2);
  choices[0] = (Choice){ "", _ ("The one on the back, or the first") };
  for (guint i = 0; i < devices->len; i++)
    {
      const DsCameraDevice *device = g_ptr_array_index (devices, i);

      choices[i + 1] = (Choice){ device->id, device->name };
    }

  add_choice (self, self->scanning, _ ("Camera"), "camera", choices);
}

static void
add_scanning (DsSettingsPage *self)
{
  GtkListBox *list = add_group (self, _ ("Camera and scan engine"));

  add_link (list, _ ("Test camera and scan engine"), _ ("Shows what is read and does nothing with it"),
            "win.test-scan");
  add_switch (self, list, _ ("Scan engine types on a US keyboard"),
              _ ("If digits or signs come out as others"), "wedge-us-layout");
  add_entry (self, list, _ ("What the engine sends before each code"), "wedge-prefix");
  add_entry (self, list, _ ("What it sends after each code"), "wedge-suffix");
  self->scanning = list;
  ds_camera_list_async (self->cancellable, did_list_cameras, g_object_ref (self));
}

static void
add_printing (DsSettingsPage *self)
{
  const Choice speeds[]
      = { { "9600", "9600" },     { "19200", "19200" },   { "38400", "38400" }, { "57600", "57600" },
          { "115200", "115200" }, { "230400", "230400" }, { NULL, NULL } };
  GtkListBox *list = add_group (self, _ ("Slip printer"));

  add_entry (self, list, _ ("Where it is: a device like /dev/usb/lp0, or its address in the network"),
             "printer-address");
  add_choice (self, list, _ ("Speed of a serial line, in baud"), "printer-baud", speeds);
  add_link (list, _ ("Print a test slip"), NULL, "settings.try-printer");
}

static void
add_safety (DsSettingsPage *self)
{
  gboolean has_pin = ds_lock_get_has_pin (ds_session_get_lock (self->session));
  GtkListBox *list = add_group (self, _ ("Safety"));

  if (!ds_session_is_practice (self->session))
    add_link (list, has_pin ? _ ("Change the PIN") : _ ("Choose a PIN"),
              has_pin ? NULL : _ ("Whoever finds this handheld can use it now"), "win.change-pin");
  if (has_pin)
    add_link (list, _ ("Lock now"), NULL, "win.lock");
  add_link (list, _ ("Self-check"), _ ("Storage, journal, clock, keys, network, camera"), "win.self-check");
  add_link (list, _ ("Data and signing out"), NULL, "win.safety");
}

static void
add_facts (DsSettingsPage *self)
{
  DsStore *store = ds_session_get_store (self->session);
  const DsIdentity *identity = ds_store_get_identity (store);
  GtkListBox *list = add_group (self, _ ("This handheld"));
  g_autofree char *model = ds_session_dup_model ();
  g_autofree char *version
      = g_strdup_printf ("Doorstep %s · GTK %u.%u.%u · libadwaita %u.%u.%u", DS_VERSION,
                         gtk_get_major_version (), gtk_get_minor_version (), gtk_get_micro_version (),
                         adw_get_major_version (), adw_get_minor_version (), adw_get_micro_version ());

  if (identity != NULL)
    {
      g_autofree char *courier = g_strdup_printf ("%s · %s", identity->courier_name, identity->courier_id);

      add_row (list, _ ("Courier"), courier);
      add_row (list, _ ("Depot"), identity->depot_name);
      add_row (list, _ ("Depot's address"), identity->address);
      add_row (list, _ ("Device"), identity->device_id);
    }
  add_row (list, _ ("Model"), model);
  add_row (list, _ ("Version"), version);
  add_link (list, _ ("About Doorstep and its licences"), NULL, "win.about");
}

static void
ds_settings_page_dispose (GObject *object)
{
  DsSettingsPage *self = DS_SETTINGS_PAGE (object);

  g_cancellable_cancel (self->cancellable);
  self->scanning = NULL;
  g_clear_object (&self->preferences);
  g_clear_object (&self->session);
  gtk_widget_dispose_template (GTK_WIDGET (self), DS_TYPE_SETTINGS_PAGE);

  G_OBJECT_CLASS (ds_settings_page_parent_class)->dispose (object);
}

static void
ds_settings_page_finalize (GObject *object)
{
  g_object_unref (DS_SETTINGS_PAGE (object)->cancellable);

  G_OBJECT_CLASS (ds_settings_page_parent_class)->finalize (object);
}

static void
ds_settings_page_class_init (DsSettingsPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = ds_settings_page_dispose;
  G_OBJECT_CLASS (klass)->finalize = ds_settings_page_finalize;

  gtk_widget_class_set_template_from_resource (widget_class, "/cn/doorstep/Doorstep/ds-settings-page.ui");
  gtk_widget_class_bind_template_child (widget_class, DsSettingsPage, groups);
  gtk_widget_class_install_action (widget_class, "settings.try-voice", NULL, try_voice);
  gtk_widget_class_install_action (widget_class, "settings.try-sound", NULL, try_sound);
  gtk_widget_class_install_action (widget_class, "settings.try-printer", NULL, try_printer);
}

static void
ds_settings_page_init (DsSettingsPage *self)
{
  self->cancellable = g_cancellable_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
}

DsSettingsPage *
ds_settings_page_new (DsSession *session)
{
  DsSettingsPage *self;

  g_return_val_if_fail (DS_IS_SESSION (session), NULL);

  self = g_object_new (DS_TYPE_SETTINGS_PAGE, NULL);
  self->session = g_object_ref (session);
  self->preferences = ds_preferences_new ();
  add_look (self);
  add_noises (self);
  add_scanning (self);
  add_printing (self);
  add_safety (self);
  add_facts (self);
  return self;
}
