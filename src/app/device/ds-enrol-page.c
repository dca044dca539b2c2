/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-enrol-page.h"

#include "ds-encoding.h"
#include "ds-error.h"
#include "ds-feedback.h"
#include "ds-info-row.h"
#include "ds-pin-chooser.h"
#include "ds-picture-source.h"
#include "ds-preferences.h"
#include "ds-viewfinder.h"

#include <glib/gi18n.h>

typedef enum
{
  STEP_CODE,
  STEP_SCAN,
  STEP_ASKING,
  STEP_CHECK,
  STEP_PIN,
} Step;

struct _DsEnrolPage
{
  GtkBox parent;

  DsSession *session;
  Step step;
  DsIdentity *identity;      /* who this handheld would be, while the courier checks it */
  GCancellable *cancellable; /* of what is under way; another one for every try */

  GSettings *preferences; /* (nullable) */

  GtkWidget *back;
  GtkStack *stack;
  GtkEntry *entry;
  DsViewfinder *viewfinder;
  GtkLabel *viewfinder_words;
  GtkLabel *problem;
  GtkLabel *asking_text;
  GtkLabel *depot_name;
  DsInfoRow *courier;
  DsInfoRow *address;
  GtkLabel *check_problem;
  GtkStack *foot;
  DsPinChooser *pin_chooser;
};

static void page_init (DsPageInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (DsEnrolPage,
                               ds_enrol_page,
                               GTK_TYPE_BOX,
                               G_IMPLEMENT_INTERFACE (DS_TYPE_PAGE, page_init))

static void
show_step (DsEnrolPage *self, Step step)
{
  static const char *const names[] = { "code", "scan", "asking", "check", "pin" };

  self->step = step;
  gtk_widget_set_visible (self->back, step != STEP_CODE);
  gtk_stack_set_visible_child_name (self->stack, names[step]);
  gtk_stack_set_visible_child_name (self->foot, names[step]);
  /* Dark about the picture, as the scan page is. */
  if (step == STEP_SCAN)
    gtk_widget_add_css_class (GTK_WIDGET (self), "scan");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self), "scan");
  ds_page_focus (DS_PAGE (self));
}

static void
show_problem (GtkLabel *label, const char *text)
{
  gtk_label_set_text (label, text != NULL ? text : "");
  gtk_widget_set_visible (GTK_WIDGET (label), text != NULL);
}

/* Whatever is under way must not come back into the next try. */
static void
begin_anew (DsEnrolPage *self)
{
  g_cancellable_cancel (self->cancellable);
  g_object_unref (self->cancellable);
  self->cancellable = g_cancellable_new ();
  g_clear_pointer (&self->identity, ds_identity_free);
  show_problem (self->problem, NULL);
  show_problem (self->check_problem, NULL);
  show_step (self, STEP_CODE);
}

static const char *
get_title (DsPage *page)
{
  return _ ("Enrol this handheld");
}

static gboolean
can_leave (DsPage *page)
{
  DsEnrolPage *self = DS_ENROL_PAGE (page);

  if (self->step != STEP_CODE)
    begin_anew (self);
  return FALSE;
}

/* "7C1E 90B4": the beginning of the authority's digest, as the depot's screen shows it. */
static char *
format_pin (const char *pin)
{
  g_autoptr (GBytes) bytes = ds_base64url_decode (pin, -1, NULL);
  g_autofree char *hex = NULL;
  g_autofree char *upper = NULL;

  if (bytes == NULL || g_bytes_get_size (bytes) < 4)
    return g_strdup ("");
  hex = ds_hex_encode (g_bytes_get_data (bytes, NULL), 4);
  upper = g_ascii_strup (hex, -1);
  return g_strdup_printf ("%.4s %s", upper, upper + 4);
}

static void
show_identity (DsEnrolPage *self, const char *pin)
{
  g_autofree char *number = g_strdup_printf (_ ("Courier %s"), self->identity->courier_id);
  g_autofree char *short_pin = format_pin (pin);
  g_autofree char *certificate
      = g_strdup_printf (_ ("Certificate %s · no other is trusted afterwards"), short_pin);

  gtk_label_set_text (self->depot_name, self->identity->depot_name);
  ds_info_row_set_title (self->courier, self->identity->courier_name);
  ds_info_row_set_subtitle (self->courier, number);
  ds_info_row_set_title (self->address, self->identity->address);
  ds_info_row_set_subtitle (self->address, certificate);
  show_step (self, STEP_CHECK);
}

/* Asking one depot, with the code it was asked with. */
typedef struct
{
  DsEnrolPage *page;
  DsEnrolCode *code;
} Question;

static void
question_free (Question *self)
{
  g_object_unref (self->page);
  ds_enrol_code_free (self->code);
  g_free (self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Question, question_free)

static void
did_ask (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Question) question = user_data;
  g_autoptr (GError) error = NULL;
  DsEnrolPage *self = question->page;
  DsIdentity *identity = ds_link_ask_to_enrol_finish (DS_LINK (source), result, &error);

  if (identity != NULL)
    {
      g_clear_pointer (&self->identity, ds_identity_free);
      self->identity = identity;
      show_identity (self, question->code->pin);
    }
  else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      g_autofree char *again
          = g_strdup_printf (_ ("%s The code is still good: scan it again."), error->message);

      begin_anew (self);
      show_problem (self->problem,
                    g_error_matches (error, DS_ERROR, DS_ERROR_NETWORK) ? again : error->message);
    }
}

static void
take_code (DsEnrolPage *self, const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *stripped = g_strstrip (g_strdup (text));
  g_autofree char *asking = NULL;
  g_autofree char *model = NULL;
  Question *question;
  DsEnrolCode *code = ds_enrol_code_parse (stripped, &error);

  begin_anew (self);
  if (code == NULL)
    {
      ds_feedback_give (ds_feedback_get_default (), DS_FEEDBACK_WRONG);
      show_problem (self->problem, error->message);
      return;
    }

  /* Translators: the address of a depot */
  asking = g_strdup_printf (_ ("Asking %s who this handheld is to be."), code->address);
  gtk_label_set_text (self->asking_text, asking);
  show_step (self, STEP_ASKING);

  model = ds_session_dup_model ();
  question = g_new0 (Question, 1);
  question->page = g_object_ref (self);
  question->code = code;
  ds_link_ask_to_enrol_async (ds_session_get_link (self->session), code, model, self->cancellable, did_ask,
                              question);
}

static gboolean
handle_scan (DsPage *page, const char *text)
{
  DsEnrolPage *self = DS_ENROL_PAGE (page);

  /* A second scan while the answer is being checked must not swap the depot under the courier's eyes. */
  if (self->step == STEP_CODE || self->step == STEP_SCAN)
    take_code (self, text);
  return TRUE;
}

static void
page_init (DsPageInterface *iface)
{
  iface->get_title = get_title;
  iface->handle_scan = handle_scan;
  iface->can_leave = can_leave;
}

static void
did_read (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (DsEnrolPage) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = ds_picture_source_read_text_finish (result, &error);

  if (text != NULL)
    take_code (self, text);
  else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      ds_feedback_give (ds_feedback_get_default (), DS_FEEDBACK_WRONG);
      show_problem (self->problem, error->message);
    }
}

/* The camera: on while its step is in front, and no longer. */

static void
scan_clicked (DsEnrolPage *self)
{
  begin_anew (self);
  ds_viewfinder_resume (self->viewfinder);
  show_step (self, STEP_SCAN);
}

static void
did_scan (DsEnrolPage *self, const char *text)
{
  take_code (self, text);
}

/* Two enrolment codes side by side are two couriers' handhelds: the manager shows one at a time. */
static void
did_scan_several (DsEnrolPage *self)
{
  gtk_label_set_text (self->viewfinder_words, _ ("More than one code is in view. Cover the other one."));
  ds_viewfinder_resume (self->viewfinder);
}

static void
words_changed (DsEnrolPage *self)
{
  const char *words = ds_viewfinder_get_words (self->viewfinder);

  gtk_label_set_text (self->viewfinder_words, words != NULL ? words : "");
}

static void
paste_clicked (DsEnrolPage *self)
{
  ds_picture_source_read_clipboard_async (gtk_widget_get_clipboard (GTK_WIDGET (self)), self->cancellable,
                                          did_read, g_object_ref (self));
}

static void
picture_clicked (DsEnrolPage *self)
{
  ds_picture_source_choose_async (GTK_WIDGET (self), _ ("Picture of the enrolment code"), self->cancellable,
                                  did_read, g_object_ref (self));
}

static gboolean
did_drop (DsEnrolPage *self, GdkDrop *drop)
{
  if (self->step != STEP_CODE && self->step != STEP_SCAN)
    return FALSE;
  ds_picture_source_read_drop_async (drop, self->cancellable, did_read, g_object_ref (self));
  return TRUE;
}

static void
typed (DsEnrolPage *self)
{
  const char *text = gtk_editable_get_text (GTK_EDITABLE (self->entry));

  if (*text != '\0')
    take_code (self, text);
}

static void
did_enrol (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (DsEnrolPage) self = user_data;
  g_autoptr (GError) error = NULL;

  /* When it worked the session's phase leads on, and this page goes. */
  if (ds_session_enrol_finish (DS_SESSION (source), result, &error)
      || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  show_step (self, STEP_CHECK);
  show_problem (self->check_problem, error->message);
}

/* The PIN first: an enrolled handheld is never without one, wherever the power goes. */
static void
did_keep_pin (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (DsEnrolPage) self = user_data;
  g_autoptr (GError) error = NULL;

  if (!ds_lock_choose_finish (DS_LOCK (source), result, &error))
    ds_pin_chooser_begin (self->pin_chooser, error->message);
  else if (self->identity != NULL)
    /* Not to be cancelled: half an enrolment helps nobody. */
    ds_session_enrol_async (self->session, self->identity, NULL, did_enrol, g_object_ref (self));
}

static void
did_choose_pin (DsEnrolPage *self, const char *pin)
{
  ds_lock_choose_async (ds_session_get_lock (self->session), pin, NULL, did_keep_pin, g_object_ref (self));
}

static void
yes_clicked (DsEnrolPage *self)
{
  ds_pin_chooser_begin (self->pin_chooser, NULL);
  show_step (self, STEP_PIN);
  gtk_widget_grab_focus (GTK_WIDGET (self->pin_chooser));
}

static void
ds_enrol_page_dispose (GObject *object)
{
  DsEnrolPage *self = DS_ENROL_PAGE (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->preferences);
  g_clear_object (&self->session);
  gtk_widget_dispose_template (GTK_WIDGET (self), DS_TYPE_ENROL_PAGE);

  G_OBJECT_CLASS (ds_enrol_page_parent_class)->dispose (object);
}

static void
ds_enrol_page_finalize (GObject *object)
{
  DsEnrolPage *self = DS_ENROL_PAGE (object);

  g_object_unref (self->cancellable);
  g_clear_pointer (&self->identity, ds_identity_free);

  G_OBJECT_CLASS (ds_enrol_page_parent_class)->finalize (object);
}

static void
ds_enrol_page_class_init (DsEnrolPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = ds_enrol_page_dispose;
  G_OBJECT_CLASS (klass)->finalize = ds_enrol_page_finalize;

  g_type_ensure (DS_TYPE_INFO_ROW);
  g_type_ensure (DS_TYPE_VIEWFINDER);
  g_type_ensure (DS_TYPE_PIN_CHOOSER);
  gtk_widget_class_set_template_from_resource (widget_class, "/cn/doorstep/Doorstep/ds-enrol-page.ui");
  gtk_widget_class_bind_template_child (widget_class, DsEnrolPage, back);
  gtk_widget_class_bind_template_child (widget_class, DsEnrolPage, stack);
  gtk_widget_class_bind_template_child (widget_class, DsEnrolPage, entry);
  gtk_widget_class_bind_template_child (widget_class, DsEnrolPage, viewfinder);
  gtk_widget_class_bind_template_child (widget_class, DsEnrolPage, viewfinder_words);
  gtk_widget_class_bind_template_child (widget_class, DsEnrolPage, problem);
  gtk_widget_class_bind_template_child (widget_class, DsEnrolPage, asking_text);
  gtk_widget_class_bind_template_child (widget_class, DsEnrolPage, depot_name);
  gtk_widget_class_bind_template_child (widget_class, DsEnrolPage, courier);
  gtk_widget_class_bind_template_child (widget_class, DsEnrolPage, address);
  gtk_widget_class_bind_template_child (widget_class, DsEnrolPage, check_problem);
  gtk_widget_class_bind_template_child (widget_class, DsEnrolPage, foot);
  gtk_widget_class_bind_template_child (widget_class, DsEnrolPage, pin_chooser);
  gtk_widget_class_bind_template_callback (widget_class, begin_anew);
  gtk_widget_class_bind_template_callback (widget_class, scan_clicked);
  gtk_widget_class_bind_template_callback (widget_class, did_scan);
  gtk_widget_class_bind_template_callback (widget_class, did_scan_several);
  gtk_widget_class_bind_template_callback (widget_class, words_changed);
  gtk_widget_class_bind_template_callback (widget_class, paste_clicked);
  gtk_widget_class_bind_template_callback (widget_class, picture_clicked);
  gtk_widget_class_bind_template_callback (widget_class, typed);
  gtk_widget_class_bind_template_callback (widget_class, yes_clicked);
  gtk_widget_class_bind_template_callback (widget_class, did_choose_pin);
}

static void
ds_enrol_page_init (DsEnrolPage *self)
{
  GtkDropTargetAsync *target = ds_picture_source_new_drop_target ();

  self->cancellable = g_cancellable_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
  g_signal_connect_object (target, "drop", G_CALLBACK (did_drop), self, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (target));
  ds_viewfinder_set_wanted (self->viewfinder, DS_SCAN_ENROLMENT);
  self->preferences = ds_preferences_new ();
  ds_preferences_lead_camera (self->preferences, self->viewfinder);
}

DsEnrolPage *
ds_enrol_page_new (DsSession *session)
{
  DsEnrolPage *self;

  g_return_val_if_fail (DS_IS_SESSION (session), NULL);

  self = g_object_new (DS_TYPE_ENROL_PAGE, NULL);
  self->session = g_object_ref (session);
  show_step (self, STEP_CODE);
  return self;
}
