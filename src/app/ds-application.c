/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-application.h"

#include "ds-appearance.h"
#include "ds-headless.h"
#include "ds-page.h"
#include "ds-practice-mark.h"
#include "ds-practice.h"
#include "ds-preferences.h"
#include "ds-window.h"

#include "ds-program.h"

#include <glib/gi18n.h>
#include <string.h>

#define PRACTICE_ID DS_APP_ID ".Practice"

struct _DsApplication
{
  AdwApplication parent;

  char *directory;
  gboolean is_practice;
  DsPractice *practice; /* (nullable): in practice */
  DsSession *session;
  DsAppearance *appearance; /* (nullable) */
};

G_DEFINE_FINAL_TYPE (DsApplication, ds_application, ADW_TYPE_APPLICATION)

static const GOptionEntry options[]
    = { { "dir", 0, 0, G_OPTION_ARG_FILENAME, NULL, N_ ("Keep the data in DIR"), N_ ("DIR") },
        { "practice", 0, 0, G_OPTION_ARG_NONE, NULL,
          N_ ("Practise with a depot and a customer of its own, without real money"), NULL },
        { "export", 0, 0, G_OPTION_ARG_FILENAME, NULL,
          N_ ("Save an encrypted copy for the depot, without a window"), N_ ("FILE") },
        { "may-remove", 0, 0, G_OPTION_ARG_NONE, NULL,
          N_ ("Say whether the data could be removed without a loss, and leave"), NULL },
        { "self-check", 0, 0, G_OPTION_ARG_NONE, NULL, N_ ("Check this handheld, one line a part, and leave"),
          NULL },
        { "version", 0, 0, G_OPTION_ARG_NONE, NULL, N_ ("Print the version and leave"), NULL },
        { NULL } };

static int
ds_application_handle_local_options (GApplication *application, GVariantDict *given)
{
  DsApplication *self = DS_APPLICATION (application);
  gboolean is_usual;
  g_autofree char *path = NULL;

  if (g_variant_dict_contains (given, "version"))
    {
      g_print ("doorstep %s\n", DS_VERSION);
      return EXIT_SUCCESS;
    }
  self->is_practice = g_variant_dict_contains (given, "practice");
  is_usual = !g_variant_dict_lookup (given, "dir", "^ay", &self->directory);
  if (is_usual)
    self->directory = g_build_filename (g_get_user_data_dir (),
                                        self->is_practice ? "doorstep-practice" : "doorstep", NULL);
  if (g_variant_dict_lookup (given, "export", "^ay", &path))
    return ds_headless_export (self->directory, path);
  if (g_variant_dict_contains (given, "self-check"))
    return ds_headless_self_check (self->directory);
  if (g_variant_dict_contains (given, "may-remove"))
    return ds_headless_may_remove (self->directory);
  /* Another application to the desktop and on the bus: neither ends in the other's window. */
  if (self->is_practice)
    g_application_set_application_id (application, PRACTICE_ID);
  if (!is_usual)
    /* Another directory is another handheld: it must not end in the window of one that runs already. */
    g_application_set_flags (application, g_application_get_flags (application) | G_APPLICATION_NON_UNIQUE);
  return -1;
}

static void
quit (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  GtkWindow *window = gtk_application_get_active_window (user_data);

  if (window != NULL)
    gtk_window_close (window);
}

/* A notification was activated: "problems", "digest", or "stop:" and an id. */
static void
show (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  const char *target = g_variant_get_string (parameter, NULL);
  GtkWidget *window;

  g_application_activate (user_data);
  window = GTK_WIDGET (gtk_application_get_active_window (user_data));
  if (g_str_has_prefix (target, "stop:"))
    gtk_widget_activate_action (window, "win.open-stop", "s", target + strlen ("stop:"));
  else if (g_str_equal (target, "digest"))
    gtk_widget_activate_action (window, "win.show-digest", NULL);
  else if (g_str_equal (target, "problems"))
    gtk_widget_activate_action (window, "win.show-tab", "s", target);
}

/* A process of its own, which cannot have anything of this one open. */
static void
practise (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  DsApplication *self = DS_APPLICATION (user_data);
  GtkWidget *window = GTK_WIDGET (gtk_application_get_active_window (GTK_APPLICATION (self)));
  g_autofree char *program = ds_program_find ("DOORSTEP_PROGRAM", "app", "doorstep", DS_BIN_DIR);
  g_autoptr (GSubprocess) process = NULL;
  g_autoptr (GError) error = NULL;

  if (self->session != NULL && ds_session_get_open_shift (self->session) != NULL)
    {
      ds_page_say (window, _ ("Close the shift first: practice and real money are not kept side by side."));
      return;
    }
  process = g_subprocess_new (G_SUBPROCESS_FLAGS_NONE, &error, program, "--practice", NULL);
  if (process == NULL)
    ds_page_say (window, error->message);
}

static void
ds_application_startup (GApplication *application)
{
  static const GActionEntry actions[] = { { "quit", quit, NULL, NULL, NULL, { 0 } },
                                          { "show", show, "s", NULL, NULL, { 0 } },
                                          { "practise", practise, NULL, NULL, NULL, { 0 } } };
  static const struct
  {
    const char *action;
    const char *accels[4];
  } shortcuts[] = {
    { "app.quit", { "<Control>q", NULL } },
    { "win.scan", { "F2", "XF86WebCam", "<Control>s", NULL } },
    { "win.search", { "F3", "XF86Search", "<Control>f", NULL } },
    { "win.sync", { "F5", "XF86Refresh", "<Control>r", NULL } },
    { "win.show-tab::route", { "F6", "XF86HomePage", "<Control>1", NULL } },
    { "win.show-tab::problems", { "F7", "<Control>2", NULL } },
    { "win.show-tab::shift", { "F8", "<Control>3", NULL } },
    { "win.lock", { "F9", "XF86ScreenSaver", "<Control>l", NULL } },
  };

  DsApplication *self = DS_APPLICATION (application);
  g_autoptr (GSettings) preferences = NULL;

  G_APPLICATION_CLASS (ds_application_parent_class)->startup (application);

  preferences = ds_preferences_new ();
  if (preferences != NULL)
    self->appearance = ds_appearance_new (preferences);
  g_action_map_add_action_entries (G_ACTION_MAP (application), actions, G_N_ELEMENTS (actions), application);
  for (gsize i = 0; i < G_N_ELEMENTS (shortcuts); i++)
    gtk_application_set_accels_for_action (GTK_APPLICATION (application), shortcuts[i].action,
                                           shortcuts[i].accels);
  if (DS_APPLICATION (application)->is_practice)
    {
      g_action_map_remove_action (G_ACTION_MAP (application), "practise");
      ds_preferences_keep_apart ();
      ds_practice_mark_dialogs ();
    }
}

/* Not before: the store is often open before a window is on the screen, and making the pages that it then asks for
 * would keep the first frame back. */
static void
did_draw_first_frame (GdkFrameClock *clock, DsApplication *self)
{
  g_signal_handlers_disconnect_by_data (clock, self);
  if (self->practice != NULL)
    ds_practice_open (self->practice);
  else if (self->session != NULL)
    ds_session_open (self->session);
}

static void
did_say (DsApplication *self, const char *message)
{
  GtkWindow *window = gtk_application_get_active_window (GTK_APPLICATION (self));

  if (window != NULL)
    ds_page_say (GTK_WIDGET (window), message);
}

static void end_practice (DsApplication *self, gboolean forget);
static void open_window (DsApplication *self);

static void
begin_again (DsApplication *self)
{
  GtkWindow *window = gtk_application_get_active_window (GTK_APPLICATION (self));

  /* The application lives as long as it has a window. */
  g_application_hold (G_APPLICATION (self));
  if (window != NULL)
    gtk_window_destroy (window);
  end_practice (self, TRUE);
  open_window (self);
  g_application_release (G_APPLICATION (self));
}

/* From the main loop: what asked for it lies in the window that goes. */
static gboolean
begin_again_later (gpointer user_data)
{
  begin_again (user_data);
  return G_SOURCE_REMOVE;
}

static void
wants_again (DsApplication *self)
{
  g_idle_add (begin_again_later, self);
}

static void
failure_answered (DsApplication *self, const char *response)
{
  GtkWindow *window = gtk_application_get_active_window (GTK_APPLICATION (self));

  if (g_strcmp0 (response, "again") == 0)
    wants_again (self);
  else if (window != NULL)
    gtk_window_close (window);
}

static void
practice_failed (DsApplication *self, const char *message)
{
  GtkWindow *window = gtk_application_get_active_window (GTK_APPLICATION (self));
  GtkWidget *dialog = adw_message_dialog_new (window, _ ("Practice cannot start"), NULL);

  adw_message_dialog_set_body (ADW_MESSAGE_DIALOG (dialog), message);
  adw_message_dialog_add_responses (ADW_MESSAGE_DIALOG (dialog), "end", _ ("End practice"), "again",
                                    _ ("Try again"), NULL);
  g_signal_connect_object (dialog, "response", G_CALLBACK (failure_answered), self, G_CONNECT_SWAPPED);
  gtk_window_present (GTK_WINDOW (dialog));
}

static DsSession *
make_session (DsApplication *self)
{
  g_autoptr (DsClock) clock = ds_clock_new_system ();
  g_autoptr (DsRandom) random = ds_random_new_system ();

  if (!self->is_practice)
    return ds_session_new (self->directory, clock, random);
  self->practice = ds_practice_new (self->directory, clock, random);
  g_signal_connect_object (self->practice, "failed", G_CALLBACK (practice_failed), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->practice, "said", G_CALLBACK (did_say), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->practice, "again", G_CALLBACK (wants_again), self, G_CONNECT_SWAPPED);
  return g_object_ref (ds_practice_get_session (self->practice));
}

static void
open_window (DsApplication *self)
{
  GtkWindow *window;

  self->session = make_session (self);
  window = GTK_WINDOW (ds_window_new (GTK_APPLICATION (self), self->session));
  if (self->practice != NULL)
    ds_practice_serve (self->practice, window);
  gtk_widget_realize (GTK_WIDGET (window));
  g_signal_connect_object (gtk_widget_get_frame_clock (GTK_WIDGET (window)), "after-paint",
                           G_CALLBACK (did_draw_first_frame), self, 0);
  gtk_window_present (window);
}

static void
ds_application_activate (GApplication *application)
{
  DsApplication *self = DS_APPLICATION (application);
  GtkWindow *window = gtk_application_get_active_window (GTK_APPLICATION (application));

  if (window != NULL)
    {
      gtk_window_present (window);
      return;
    }
  if (self->directory == NULL)
    self->directory = g_build_filename (g_get_user_data_dir (), "doorstep", NULL);
  open_window (self);
}

static void
end_practice (DsApplication *self, gboolean forget)
{
  ds_practice_close (self->practice, forget);
  g_clear_object (&self->practice);
  g_clear_object (&self->session);
}

static void
ds_application_shutdown (GApplication *application)
{
  DsApplication *self = DS_APPLICATION (application);

  if (self->practice != NULL)
    end_practice (self, FALSE);
  if (self->session != NULL)
    ds_session_close (self->session);
  g_clear_object (&self->session);
  g_clear_object (&self->appearance);

  G_APPLICATION_CLASS (ds_application_parent_class)->shutdown (application);
}

static void
ds_application_finalize (GObject *object)
{
  DsApplication *self = DS_APPLICATION (object);

  g_free (self->directory);

  G_OBJECT_CLASS (ds_application_parent_class)->finalize (object);
}

static void
ds_application_class_init (DsApplicationClass *klass)
{
  GApplicationClass *application_class = G_APPLICATION_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = ds_application_finalize;
  application_class->handle_local_options = ds_application_handle_local_options;
  application_class->startup = ds_application_startup;
  application_class->activate = ds_application_activate;
  application_class->shutdown = ds_application_shutdown;
}

static void
ds_application_init (DsApplication *self)
{
  g_application_add_main_option_entries (G_APPLICATION (self), options);
}

DsApplication *
ds_application_new (void)
{
  return g_object_new (DS_TYPE_APPLICATION, "application-id", DS_APP_ID, "resource-base-path",
                       "/cn/doorstep/Doorstep", NULL);
}
