/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-proof-page.h"

#include "ds-camera.h"
#include "ds-decoder-process.h"
#include "ds-format.h"
#include "ds-navigator.h"
#include "ds-photo.h"
#include "ds-preferences.h"
#include "ds-signature-pad.h"
#include "ds-task.h"
#include "ds-page.h"
#include "ds-words.h"

#include <adwaita.h>
#include <glib/gi18n.h>

struct _DsProofPage
{
  GtkBox parent;

  DsSession *session;
  char *stop_id;
  GCancellable *cancellable;
  DsProofKind kind;
  DsCamera *camera;
  GtkFileChooserNative *chooser; /* (nullable): while a file is chosen */
  DsCameraFrame frame;           /* the latest; its pixels are %NULL before the first */
  GBytes *photo;                 /* (nullable): what was taken, as it will be kept */
  gboolean busy;

  AdwWindowTitle *window_title;
  GtkBox *kinds;
  GtkToggleButton *kind_buttons[DS_N_PROOF_KINDS];
  GtkStack *stack;
  DsSignaturePad *pad;
  GtkWidget *clear;
  GtkPicture *picture;
  GtkLabel *camera_words;
  GtkButton *shoot;
  GtkLabel *typed_label;
  GtkEntry *typed;
  GtkLabel *typed_note;
  GtkLabel *problem;
  GtkLabel *bound;
  GtkWidget *keep;
};

static void page_init (DsPageInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (DsProofPage,
                               ds_proof_page,
                               GTK_TYPE_BOX,
                               G_IMPLEMENT_INTERFACE (DS_TYPE_PAGE, page_init))

static const char *
get_title (DsPage *page)
{
  return _ ("Proof");
}

/* The scan engine reads a pickup code off the customer's phone. */
static gboolean
handle_scan (DsPage *page, const char *text)
{
  DsProofPage *self = DS_PROOF_PAGE (page);

  if (self->kind != DS_PROOF_PICKUP_CODE)
    return FALSE;
  gtk_editable_set_text (GTK_EDITABLE (self->typed), text);
  return TRUE;
}

static void
describe (DsPage *page, DsTrailPlace *place)
{
  place->stop_id = g_strdup (DS_PROOF_PAGE (page)->stop_id);
}

static void
page_init (DsPageInterface *iface)
{
  iface->get_title = get_title;
  iface->describe = describe;
  iface->handle_scan = handle_scan;
}

static void
show_problem (DsProofPage *self, const char *words)
{
  gtk_label_set_text (self->problem, words != NULL ? words : "");
  gtk_widget_set_visible (GTK_WIDGET (self->problem), words != NULL);
}

static gboolean
has_content (DsProofPage *self)
{
  switch (self->kind)
    {
    case DS_PROOF_SIGNATURE:
      return ds_signature_pad_get_signed (self->pad);
    case DS_PROOF_PHOTO:
      return self->photo != NULL;
    case DS_PROOF_PICKUP_CODE:
    case DS_PROOF_NAME:
    case DS_N_PROOF_KINDS:
    default:
      return gtk_entry_get_text_length (self->typed) > 0;
    }
}

static void
changed (DsProofPage *self)
{
  show_problem (self, NULL);
  gtk_widget_set_sensitive (self->clear, ds_signature_pad_get_signed (self->pad));
  gtk_widget_set_sensitive (self->keep, !self->busy && has_content (self));
}

static void
set_busy (DsProofPage *self, gboolean busy)
{
  self->busy = busy;
  gtk_widget_set_sensitive (self->keep, !busy && has_content (self));
}

/* What the proof will be bound to. */
static void
show_bound (DsProofPage *self)
{
  DsStop *stop = ds_route_find (ds_session_get_route (self->session), self->stop_id);
  g_autofree char *name = ds_mask_name (stop->recipient);
  g_autofree char *subtitle = g_strdup_printf (_ ("%s · stop %d"), name, (int)stop->position);
  g_autofree char *text = NULL;
  DsDebt debt;

  adw_window_title_set_subtitle (self->window_title, subtitle);
  ds_stop_get_debt (stop, &debt);
  if (debt.covered_fen > 0)
    {
      g_autofree char *money = ds_format_money (debt.covered_fen);

      text
          = g_strdup_printf (ngettext ("For %u parcel and the payment of %s. The proof is signed with them.",
                                       "For %u parcels and the payment of %s. The proof is signed with them.",
                                       stop->parcels->len),
                             stop->parcels->len, money);
    }
  else
    text = g_strdup_printf (ngettext ("For %u parcel. The proof is signed with it.",
                                      "For %u parcels. The proof is signed with them.", stop->parcels->len),
                            stop->parcels->len);
  gtk_label_set_text (self->bound, text);
}

/* The camera */

static void
set_shoot (DsProofPage *self, const char *label)
{
  gtk_button_set_label (self->shoot, label);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->shoot), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
}

static void
show_camera_words (DsProofPage *self, const char *words)
{
  gtk_label_set_text (self->camera_words, words);
  gtk_widget_set_visible (GTK_WIDGET (self->camera_words), *words != '\0');
}

static void
did_preview (DsProofPage *self, DsCameraFrame *frame)
{
  g_autoptr (GdkTexture) texture = NULL;

  if (self->photo != NULL)
    return;
  g_clear_pointer (&self->frame.pixels, g_bytes_unref);
  self->frame = *frame;
  g_bytes_ref (self->frame.pixels);
  texture = gdk_memory_texture_new ((int)frame->width, (int)frame->height, GDK_MEMORY_R8G8B8A8, frame->pixels,
                                    frame->stride);
  gtk_picture_set_paintable (self->picture, GDK_PAINTABLE (texture));
  show_camera_words (self, "");
  gtk_widget_set_sensitive (GTK_WIDGET (self->shoot), !self->busy);
}

static void
did_fail (DsProofPage *self, const GError *error)
{
  /* The camera's own words are about scanning. */
  show_camera_words (
      self, _ ("There is no picture from the camera. Choose one from a file, or take another proof."));
  gtk_widget_set_sensitive (GTK_WIDGET (self->shoot), FALSE);
}

/* On only while its picture can be seen. */
static void
turn_camera (DsProofPage *self)
{
  gboolean wanted
      = self->kind == DS_PROOF_PHOTO && self->photo == NULL && gtk_widget_get_mapped (GTK_WIDGET (self));

  if (wanted == ds_camera_is_on (self->camera))
    return;
  if (!wanted)
    {
      ds_camera_stop (self->camera);
      return;
    }
  g_clear_pointer (&self->frame.pixels, g_bytes_unref);
  gtk_widget_set_sensitive (GTK_WIDGET (self->shoot), FALSE);
  show_camera_words (self, _ ("Starting the camera…"));
  ds_camera_start (self->camera);
}

/* Making the photograph small: on another thread */

typedef struct
{
  DsPhoto *photo; /* (nullable): out of a file; else the frame */
  DsCameraFrame frame;
} Shrinking;

static void
shrinking_free (gpointer data)
{
  Shrinking *self = data;

  g_clear_pointer (&self->photo, ds_photo_free);
  g_clear_pointer (&self->frame.pixels, g_bytes_unref);
  g_free (self);
}

static void
run_shrinking (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  const Shrinking *shrinking = data;
  GError *error = NULL;
  GBytes *photo = shrinking->photo != NULL
                      ? ds_photo_compress (shrinking->photo, &error)
                      : ds_photo_from_rgba (shrinking->frame.pixels, shrinking->frame.width,
                                            shrinking->frame.height, shrinking->frame.stride, &error);

  if (photo != NULL)
    g_task_return_pointer (task, photo, (GDestroyNotify)g_bytes_unref);
  else
    g_task_return_error (task, error);
}

static void
show_photo (DsProofPage *self, GBytes *photo)
{
  g_autoptr (GdkTexture) texture = gdk_texture_new_from_bytes (photo, NULL);

  g_clear_pointer (&self->photo, g_bytes_unref);
  self->photo = g_bytes_ref (photo);
  gtk_picture_set_paintable (self->picture, GDK_PAINTABLE (texture));
  show_camera_words (self, "");
  set_shoot (self, _ ("Take it again"));
  gtk_widget_set_sensitive (GTK_WIDGET (self->shoot), TRUE);
  turn_camera (self);
}

static void
did_shrink (GObject *source, GAsyncResult *result, gpointer user_data)
{
  DsProofPage *self = DS_PROOF_PAGE (source);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) photo = g_task_propagate_pointer (G_TASK (result), &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (photo != NULL)
    show_photo (self, photo);
  set_busy (self, FALSE);
  show_problem (self, error != NULL ? error->message : NULL);
}

/* @shrinking: (transfer full) */
static void
shrink (DsProofPage *self, Shrinking *shrinking)
{
  g_autoptr (GTask) task = g_task_new (self, self->cancellable, did_shrink, NULL);

  g_task_set_source_tag (task, DS_TASK_TAG (shrink));
  g_task_set_name (task, "[doorstep] make a photo small");
  g_task_set_task_data (task, shrinking, shrinking_free);
  set_busy (self, TRUE);
  g_task_run_in_thread (task, run_shrinking);
}

static void
shoot_clicked (DsProofPage *self)
{
  if (self->photo != NULL)
    {
      g_clear_pointer (&self->photo, g_bytes_unref);
      set_shoot (self, _ ("Take the photo"));
      changed (self);
      turn_camera (self);
    }
  else if (self->frame.pixels != NULL && !self->busy)
    {
      Shrinking *shrinking = g_new0 (Shrinking, 1);

      shrinking->frame = self->frame;
      g_bytes_ref (shrinking->frame.pixels);
      shrink (self, shrinking);
    }
}

/* Whoever made the file, only the helper looks into it. */
static void
did_load_photo (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (DsProofPage) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (DsPhoto) photo
      = ds_decoder_process_load_photo_finish (DS_DECODER_PROCESS (source), result, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (photo != NULL)
    {
      Shrinking *shrinking = g_new0 (Shrinking, 1);

      shrinking->photo = g_steal_pointer (&photo);
      shrink (self, shrinking);
      return;
    }
  set_busy (self, FALSE);
  show_problem (self, error->message);
}

static void
did_read_file (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (DsProofPage) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) file = g_file_load_bytes_finish (G_FILE (source), result, NULL, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (file != NULL)
    {
      ds_decoder_process_load_photo_async (ds_decoder_process_get_default (), file, self->cancellable,
                                           did_load_photo, g_object_ref (self));
      return;
    }
  set_busy (self, FALSE);
  show_problem (self, error->message);
}

void
ds_proof_page_take_file (DsProofPage *self, GFile *file)
{
  g_return_if_fail (DS_IS_PROOF_PAGE (self));

  set_busy (self, TRUE);
  g_file_load_bytes_async (file, self->cancellable, did_read_file, g_object_ref (self));
}

static void
file_chosen (DsProofPage *self, int response)
{
  g_autoptr (GtkFileChooserNative) chooser = g_steal_pointer (&self->chooser);
  g_autoptr (GFile) file = NULL;

  if (response != GTK_RESPONSE_ACCEPT)
    return;
  file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (chooser));
  ds_proof_page_take_file (self, file);
}

static void
file_clicked (DsProofPage *self)
{
  g_autoptr (GtkFileFilter) filter = gtk_file_filter_new ();

  if (self->chooser != NULL || self->busy)
    return;
  self->chooser = gtk_file_chooser_native_new (_ ("Choose a photo"),
                                               GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self))),
                                               GTK_FILE_CHOOSER_ACTION_OPEN, _ ("Choose"), _ ("Cancel"));
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (self->chooser), TRUE);
  gtk_file_filter_add_mime_type (filter, "image/jpeg");
  gtk_file_filter_add_mime_type (filter, "image/png");
  gtk_file_chooser_set_filter (GTK_FILE_CHOOSER (self->chooser), filter);
  g_signal_connect_object (self->chooser, "response", G_CALLBACK (file_chosen), self, G_CONNECT_SWAPPED);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (self->chooser));
}

/* Kinds */

static void
show_kind (DsProofPage *self, DsProofKind kind)
{
  DsStop *stop = ds_route_find (ds_session_get_route (self->session), self->stop_id);
  const char *label = kind == DS_PROOF_NAME ? _ ("Name of who took it") : _ ("Pickup code");

  self->kind = kind;
  gtk_stack_set_visible_child_name (self->stack, kind == DS_PROOF_SIGNATURE ? "signature"
                                                 : kind == DS_PROOF_PHOTO   ? "photo"
                                                                            : "typed");
  if (kind == DS_PROOF_PICKUP_CODE || kind == DS_PROOF_NAME)
    {
      gtk_editable_set_text (GTK_EDITABLE (self->typed), "");
      gtk_label_set_text (self->typed_label, label);
      gtk_accessible_update_property (GTK_ACCESSIBLE (self->typed), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
      gtk_label_set_text (
          self->typed_note,
          kind == DS_PROOF_NAME
              ? _ ("A neighbour or the front desk may take the parcels too: write whose name it is.")
          : stop->pickup_check != NULL
              ? _ ("The customer has it in a message. It is checked at once, without a network.")
              : _ ("The customer has it in a message. The depot sent nothing to check it with: it is "
                   "kept as it is typed."));
      gtk_entry_set_input_purpose (self->typed, kind == DS_PROOF_NAME ? GTK_INPUT_PURPOSE_NAME
                                                                      : GTK_INPUT_PURPOSE_FREE_FORM);
      gtk_widget_grab_focus (GTK_WIDGET (self->typed));
    }
  changed (self);
  turn_camera (self);
}

static void
kind_toggled (DsProofPage *self, GtkToggleButton *button)
{
  for (DsProofKind kind = 0; kind < DS_N_PROOF_KINDS; kind++)
    {
      if (self->kind_buttons[kind] == button && gtk_toggle_button_get_active (button))
        show_kind (self, kind);
    }
}

static void
add_kinds (DsProofPage *self)
{
  for (DsProofKind kind = 0; kind < DS_N_PROOF_KINDS; kind++)
    {
      DsWords words = ds_words_for_proof (kind);
      GtkWidget *button = gtk_toggle_button_new_with_label (words.text);

      self->kind_buttons[kind] = GTK_TOGGLE_BUTTON (button);
      gtk_widget_add_css_class (button, "mid");
      gtk_widget_add_css_class (button, "tight");
      gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, words.text, -1);
      gtk_toggle_button_set_group (GTK_TOGGLE_BUTTON (button), kind > 0 ? self->kind_buttons[0] : NULL);
      g_signal_connect_object (button, "toggled", G_CALLBACK (kind_toggled), self, G_CONNECT_SWAPPED);
      gtk_widget_set_hexpand (button, TRUE);
      gtk_box_append (self->kinds, button);
    }
}

/* Keeping */

static void
did_add (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (DsProofPage) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (DsStop) stop = ds_door_add_proof_finish (DS_DOOR (source), result, &error);

  set_busy (self, FALSE);
  if (stop != NULL)
    {
      DsNavigator *navigator = ds_navigator_of (GTK_WIDGET (self));

      if (navigator == NULL)
        return;
      ds_navigator_pop (navigator, DS_PAGE (self));
      ds_page_say (GTK_WIDGET (navigator), _ ("The proof is kept, and sent after the money."));
    }
  else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    show_problem (self, error->message);
}

static void
keep_clicked (DsProofPage *self)
{
  DsDoor *door = ds_session_get_door (self->session);
  g_autoptr (GBytes) signature = NULL;

  if (self->busy || !has_content (self))
    return;
  show_problem (self, NULL);
  set_busy (self, TRUE);
  /* Not cancelled when the page is left: what was taken is kept. */
  switch (self->kind)
    {
    case DS_PROOF_SIGNATURE:
      signature = ds_signature_pad_save (self->pad);
      ds_door_add_picture_async (door, self->stop_id, self->kind, signature, "image/png", NULL, did_add,
                                 g_object_ref (self));
      break;
    case DS_PROOF_PHOTO:
      ds_door_add_picture_async (door, self->stop_id, self->kind, self->photo, "image/jpeg", NULL, did_add,
                                 g_object_ref (self));
      break;
    case DS_PROOF_PICKUP_CODE:
    case DS_PROOF_NAME:
    case DS_N_PROOF_KINDS:
    default:
      ds_door_add_typed_proof_async (door, self->stop_id, self->kind,
                                     gtk_editable_get_text (GTK_EDITABLE (self->typed)), NULL, did_add,
                                     g_object_ref (self));
      break;
    }
}

static void
clear_clicked (DsProofPage *self)
{
  ds_signature_pad_clear (self->pad);
}

/* Life */

static void
ds_proof_page_map (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (ds_proof_page_parent_class)->map (widget);
  turn_camera (DS_PROOF_PAGE (widget));
}

static void
ds_proof_page_unmap (GtkWidget *widget)
{
  ds_camera_stop (DS_PROOF_PAGE (widget)->camera);
  GTK_WIDGET_CLASS (ds_proof_page_parent_class)->unmap (widget);
}

static void
ds_proof_page_dispose (GObject *object)
{
  DsProofPage *self = DS_PROOF_PAGE (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->chooser);
  g_clear_object (&self->session);
  gtk_widget_dispose_template (GTK_WIDGET (self), DS_TYPE_PROOF_PAGE);

  G_OBJECT_CLASS (ds_proof_page_parent_class)->dispose (object);
}

static void
ds_proof_page_finalize (GObject *object)
{
  DsProofPage *self = DS_PROOF_PAGE (object);

  g_clear_object (&self->camera);
  g_clear_pointer (&self->frame.pixels, g_bytes_unref);
  g_clear_pointer (&self->photo, g_bytes_unref);
  g_object_unref (self->cancellable);
  g_free (self->stop_id);

  G_OBJECT_CLASS (ds_proof_page_parent_class)->finalize (object);
}

static void
bind_children (GtkWidgetClass *widget_class)
{
  gtk_widget_class_bind_template_child (widget_class, DsProofPage, window_title);
  gtk_widget_class_bind_template_child (widget_class, DsProofPage, kinds);
  gtk_widget_class_bind_template_child (widget_class, DsProofPage, stack);
  gtk_widget_class_bind_template_child (widget_class, DsProofPage, pad);
  gtk_widget_class_bind_template_child (widget_class, DsProofPage, clear);
  gtk_widget_class_bind_template_child (widget_class, DsProofPage, picture);
  gtk_widget_class_bind_template_child (widget_class, DsProofPage, camera_words);
  gtk_widget_class_bind_template_child (widget_class, DsProofPage, shoot);
  gtk_widget_class_bind_template_child (widget_class, DsProofPage, typed_label);
  gtk_widget_class_bind_template_child (widget_class, DsProofPage, typed);
  gtk_widget_class_bind_template_child (widget_class, DsProofPage, typed_note);
  gtk_widget_class_bind_template_child (widget_class, DsProofPage, problem);
  gtk_widget_class_bind_template_child (widget_class, DsProofPage, bound);
  gtk_widget_class_bind_template_child (widget_class, DsProofPage, keep);
}

static void
ds_proof_page_class_init (DsProofPageClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = ds_proof_page_dispose;
  object_class->finalize = ds_proof_page_finalize;
  widget_class->map = ds_proof_page_map;
  widget_class->unmap = ds_proof_page_unmap;

  g_type_ensure (DS_TYPE_SIGNATURE_PAD);
  gtk_widget_class_set_template_from_resource (widget_class, "/cn/doorstep/Doorstep/ds-proof-page.ui");
  bind_children (widget_class);
  gtk_widget_class_bind_template_callback (widget_class, changed);
  gtk_widget_class_bind_template_callback (widget_class, clear_clicked);
  gtk_widget_class_bind_template_callback (widget_class, shoot_clicked);
  gtk_widget_class_bind_template_callback (widget_class, file_clicked);
  gtk_widget_class_bind_template_callback (widget_class, keep_clicked);
}

/* Which camera, as for scanning. */
static void
use_preferences (DsProofPage *self)
{
  g_autoptr (GSettings) preferences = ds_preferences_new ();
  g_autofree char *id = preferences != NULL ? g_settings_get_string (preferences, "camera") : NULL;
  g_autofree char *source = preferences != NULL ? g_settings_get_string (preferences, "camera-source") : NULL;

  ds_camera_set_device (self->camera, id != NULL && *id != '\0' ? id : NULL);
  ds_camera_set_source (self->camera, source != NULL && *source != '\0' ? source : NULL);
}

static void
ds_proof_page_init (DsProofPage *self)
{
  self->cancellable = g_cancellable_new ();
  self->camera = ds_camera_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
  set_shoot (self, _ ("Take the photo"));
  use_preferences (self);
  g_signal_connect_object (self->camera, "preview", G_CALLBACK (did_preview), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->camera, "failed", G_CALLBACK (did_fail), self, G_CONNECT_SWAPPED);
  add_kinds (self);
}

DsProofPage *
ds_proof_page_new (DsSession *session, const char *stop_id)
{
  DsProofPage *self;

  g_return_val_if_fail (DS_IS_SESSION (session), NULL);
  g_return_val_if_fail (ds_route_find (ds_session_get_route (session), stop_id) != NULL, NULL);

  self = g_object_new (DS_TYPE_PROOF_PAGE, NULL);
  self->session = g_object_ref (session);
  self->stop_id = g_strdup (stop_id);
  show_bound (self);
  gtk_toggle_button_set_active (self->kind_buttons[DS_PROOF_SIGNATURE], TRUE);
  return self;
}
