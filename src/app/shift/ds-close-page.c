/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-close-page.h"

#include "ds-denomination-row.h"
#include "ds-dialog.h"
#include "ds-format.h"
#include "ds-info-row.h"
#include "ds-navigator.h"
#include "ds-shift-files.h"
#include "ds-statement-page.h"

#include <glib/gi18n.h>

/* Of ds_cash_denominations_fen. */
#define MAX_DENOMINATIONS 16

typedef enum
{
  STEP_OPEN,
  STEP_COUNT,
  STEP_SEND,
  N_STEPS
} Step;

struct _DsClosePage
{
  GtkBox parent;

  DsSession *session;
  GCancellable *cancellable;
  Step step;
  DsDenominationRow *denominations[MAX_DENOMINATIONS];
  guint n_denominations;
  gboolean closing;

  GtkWidget *step_bars[N_STEPS];
  GtkWidget *step_labels[N_STEPS];

  GtkBox *steps;
  GtkStack *stack;
  GtkLabel *open_heading;
  GtkLabel *open_text;
  GtkListBox *open_list;
  GtkLabel *counted;
  GtkListBox *count_list;
  GtkLabel *send_heading;
  GtkLabel *send_text;
  GtkSpinner *spinner;
  GtkLabel *problem;
  DsShiftFiles *files;
  GtkButton *next;
};

static void page_init (DsPageInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (DsClosePage,
                               ds_close_page,
                               GTK_TYPE_BOX,
                               G_IMPLEMENT_INTERFACE (DS_TYPE_PAGE, page_init))

static void show_step (DsClosePage *self, Step step);

static const char *
get_title (DsPage *page)
{
  return _ ("Close shift");
}

/* What it says of itself while the cash is counted. */
#define PLACE_COUNT "count"

static gboolean
can_leave (DsPage *page)
{
  DsClosePage *self = DS_CLOSE_PAGE (page);

  if (self->closing)
    return FALSE; /* a moment: the entry is being written */
  if (self->step == STEP_COUNT)
    {
      show_step (self, STEP_OPEN);
      return FALSE;
    }
  return TRUE;
}

static void
describe (DsPage *page, DsTrailPlace *place)
{
  place->detail = DS_CLOSE_PAGE (page)->step == STEP_COUNT ? g_strdup (PLACE_COUNT) : NULL;
}

static void
restore (DsPage *page, const DsTrailPlace *place)
{
  DsClosePage *self = DS_CLOSE_PAGE (page);

  if (g_strcmp0 (place->detail, PLACE_COUNT) == 0 && self->step == STEP_OPEN)
    show_step (self, STEP_COUNT);
}

/* Enter must not close a shift before anything is counted. */
static GtkWidget *
get_first (DsPage *page)
{
  DsClosePage *self = DS_CLOSE_PAGE (page);

  return self->step == STEP_COUNT ? GTK_WIDGET (self->count_list) : NULL;
}

static void
page_init (DsPageInterface *iface)
{
  iface->get_title = get_title;
  iface->get_first = get_first;
  iface->describe = describe;
  iface->restore = restore;
  iface->can_leave = can_leave;
}

static void
set_next (DsClosePage *self, const char *label)
{
  gtk_button_set_label (self->next, label);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->next), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
}

static void
mark_steps (DsClosePage *self)
{
  for (Step i = 0; i < N_STEPS; i++)
    {
      if (i <= self->step)
        gtk_widget_add_css_class (self->step_bars[i], "reached");
      else
        gtk_widget_remove_css_class (self->step_bars[i], "reached");
      if (i == self->step)
        gtk_widget_add_css_class (self->step_labels[i], "current");
      else
        gtk_widget_remove_css_class (self->step_labels[i], "current");
    }
}

static void
clear (GtkListBox *list)
{
  GtkListBoxRow *row;

  while ((row = gtk_list_box_get_row_at_index (list, 0)) != NULL)
    gtk_list_box_remove (list, GTK_WIDGET (row));
}

/* What a stop leaves open when the shift ends. Returns: (nullable): nothing does. */
static DsInfoRow *
make_open_row (DsStop *stop)
{
  DsStopStatus status = ds_stop_get_status (stop);
  gint64 amount_fen = ds_words_get_row_amount_fen (stop);
  g_autofree char *name = NULL;
  g_autofree char *line = NULL;
  DsWords words;
  DsInfoRow *row;

  if (ds_stop_status_is_done (status) && status != DS_STOP_ACCEPTED)
    return NULL;

  name = ds_mask_name (stop->recipient);
  words = ds_words_for_stop (stop);
  line = g_strdup_printf ("%s · %s", name, stop->address);
  row = ds_info_row_new (NULL, NULL, line);
  ds_info_row_set_words (row, &words);
  if (amount_fen > 0)
    ds_info_row_set_amount (row, amount_fen);
  return row;
}

/* A shift with hundreds of open stops is no closing time: the list names the first ones, the heading counts all. */
#define MAX_OPEN_ROWS 200

static void
show_open (DsClosePage *self)
{
  GPtrArray *stops = ds_route_get_stops (ds_session_get_route (self->session));
  g_autofree char *heading = NULL;
  guint n = 0;

  clear (self->open_list);
  for (guint i = 0; i < stops->len; i++)
    {
      DsStop *stop = g_ptr_array_index (stops, i);
      g_autoptr (DsInfoRow) row = make_open_row (stop);

      if (row == NULL)
        continue;
      g_object_ref_sink (row);
      if (n++ < MAX_OPEN_ROWS)
        gtk_list_box_append (self->open_list, GTK_WIDGET (row));
    }

  heading = n > 0 ? g_strdup_printf (ngettext ("%u item is still open", "%u items are still open", n), n)
                  : g_strdup (_ ("Nothing is open"));
  gtk_label_set_text (self->open_heading, heading);
  gtk_label_set_text (self->open_text,
                      n > 0 ? _ ("They are carried over by name. Settle now what can be settled.")
                            : _ ("Every stop is settled. Next comes the cash."));
  gtk_widget_set_visible (GTK_WIDGET (self->open_list), n > 0);
}

static gint64
get_counted_fen (DsClosePage *self)
{
  gint64 sum_fen = 0;

  for (guint i = 0; i < self->n_denominations; i++)
    sum_fen += ds_denomination_row_get_amount_fen (self->denominations[i]);
  return sum_fen;
}

static void
show_counted (DsClosePage *self)
{
  ds_money_label_set (self->counted, get_counted_fen (self));
}

static void
show_problem (DsClosePage *self, const char *text)
{
  gtk_label_set_text (self->problem, text != NULL ? text : "");
  gtk_widget_set_visible (GTK_WIDGET (self->problem), text != NULL);
}

/* Sending is the link's work; here it is only told how far it is. */
static void
show_sending (DsClosePage *self)
{
  DsStore *store = ds_session_get_store (self->session);
  DsShift *shift = ds_store_get_shift (store);
  gboolean online = ds_link_get_online (ds_session_get_link (self->session));
  int n_unsent = (int)ds_store_get_n_unsent (store);
  g_autofree char *text = NULL;

  if (self->step != STEP_SEND)
    return;
  ds_shift_files_set_shift (self->files, self->session, shift);
  if (shift != NULL && shift->statement != NULL)
    {
      gtk_spinner_stop (self->spinner);
      gtk_label_set_text (self->send_heading, _ ("The statement is here"));
      gtk_label_set_text (self->send_text, _ ("The depot has checked every payment."));
      set_next (self, _ ("Show statement"));
      return;
    }

  set_next (self, _ ("Back to the route"));
  gtk_spinner_set_spinning (self->spinner, online);
  if (!online)
    {
      gtk_label_set_text (self->send_heading, _ ("Closed. Waiting for the network"));
      text = g_strdup_printf (
          ngettext ("%d record is kept safely here and is sent as soon as there is a network.",
                    "%d records are kept safely here and are sent as soon as there is a network.",
                    (gulong)n_unsent),
          n_unsent);
    }
  else if (n_unsent > 0)
    {
      gtk_label_set_text (self->send_heading, _ ("Closed. Sending…"));
      text = g_strdup_printf (ngettext ("%d record to go.", "%d records to go.", (gulong)n_unsent), n_unsent);
    }
  else
    {
      gtk_label_set_text (self->send_heading, _ ("Everything is sent"));
      text = g_strdup (
          _ ("The depot matches every payment with the operators' books and sends its statement."));
    }
  gtk_label_set_text (self->send_text, text);
}

static void
show_step (DsClosePage *self, Step step)
{
  static const char *const names[N_STEPS] = { "open", "count", "send" };
  DsNavigator *navigator = ds_navigator_of (GTK_WIDGET (self));

  /* The button of the next step lies where that of this one did. */
  if (navigator != NULL)
    ds_navigator_hold_presses (navigator);
  self->step = step;
  mark_steps (self);
  show_problem (self, NULL);
  gtk_stack_set_visible_child_name (self->stack, names[step]);
  switch (step)
    {
    case STEP_OPEN:
      show_open (self);
      set_next (self, _ ("Count the cash"));
      break;
    case STEP_COUNT:
      show_counted (self);
      set_next (self, _ ("Counted, next"));
      break;
    case STEP_SEND:
    case N_STEPS:
    default:
      show_sending (self);
      break;
    }
  ds_page_focus (DS_PAGE (self));
  ds_page_say_moved (DS_PAGE (self));
}

static void
did_close (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (DsClosePage) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (DsShift) shift = ds_door_close_shift_finish (DS_DOOR (source), result, &error);

  self->closing = FALSE;
  gtk_widget_set_sensitive (GTK_WIDGET (self->next), TRUE);
  if (shift != NULL)
    {
      ds_link_wake (ds_session_get_link (self->session));
      show_step (self, STEP_SEND);
    }
  else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    show_problem (self, error->message);
}

static void
close_shift (DsClosePage *self)
{
  guint counts[MAX_DENOMINATIONS];

  for (guint i = 0; i < self->n_denominations; i++)
    counts[i] = ds_denomination_row_get_count (self->denominations[i]);
  self->closing = TRUE;
  gtk_widget_set_sensitive (GTK_WIDGET (self->next), FALSE);
  ds_door_close_shift_async (ds_session_get_door (self->session), counts, self->n_denominations,
                             self->cancellable, did_close, g_object_ref (self));
}

static void
did_answer_empty (AdwMessageDialog *dialog, const char *response, DsClosePage *self)
{
  if (g_strcmp0 (response, "none") == 0 && self->step == STEP_COUNT && !self->closing)
    close_shift (self);
}

/* Whether or not there should be any: the count is blind. */
static void
ask_whether_empty (DsClosePage *self)
{
  GtkWidget *dialog = adw_message_dialog_new (
      GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self))), _ ("No cash at all?"),
      _ ("Nothing is counted. A closed shift cannot be counted again: what is missing would be on you."));

  adw_message_dialog_add_responses (ADW_MESSAGE_DIALOG (dialog), "count", _ ("Go on counting"), "none",
                                    _ ("I have no cash"), NULL);
  adw_message_dialog_set_default_response (ADW_MESSAGE_DIALOG (dialog), "count");
  adw_message_dialog_set_close_response (ADW_MESSAGE_DIALOG (dialog), "count");
  g_signal_connect_object (dialog, "response", G_CALLBACK (did_answer_empty), self, 0);
  ds_dialog_ask (ADW_MESSAGE_DIALOG (dialog));
}

static void
next_clicked (DsClosePage *self)
{
  DsShift *shift = ds_store_get_shift (ds_session_get_store (self->session));

  switch (self->step)
    {
    case STEP_OPEN:
      show_step (self, STEP_COUNT);
      break;
    case STEP_COUNT:
      if (get_counted_fen (self) > 0)
        close_shift (self);
      else
        ask_whether_empty (self);
      break;
    case STEP_SEND:
    case N_STEPS:
    default:
      if (shift != NULL && shift->statement != NULL)
        ds_navigator_replace (ds_navigator_of (GTK_WIDGET (self)), DS_PAGE (self),
                              DS_PAGE (ds_statement_page_new (self->session)));
      else
        gtk_widget_activate_action (GTK_WIDGET (self), "win.show-tab", "s", "route");
      break;
    }
}

static void
route_changed (DsClosePage *self)
{
  if (self->step == STEP_OPEN)
    show_open (self);
}

static void
add_steps (DsClosePage *self)
{
  const char *const names[N_STEPS] = { _ ("1 Still open"), _ ("2 Count cash"), _ ("3 Send") };

  for (Step i = 0; i < N_STEPS; i++)
    {
      GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 4);

      self->step_bars[i] = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);
      gtk_widget_add_css_class (self->step_bars[i], "step-bar");
      self->step_labels[i] = gtk_label_new (names[i]);
      gtk_label_set_xalign (GTK_LABEL (self->step_labels[i]), 0);
      gtk_label_set_ellipsize (GTK_LABEL (self->step_labels[i]), PANGO_ELLIPSIZE_END);
      gtk_widget_add_css_class (self->step_labels[i], "step-label");
      gtk_box_append (GTK_BOX (box), self->step_bars[i]);
      gtk_box_append (GTK_BOX (box), self->step_labels[i]);
      gtk_box_append (self->steps, box);
    }
}

static void
add_denominations (DsClosePage *self)
{
  for (guint i = 0; ds_cash_denominations_fen[i] != 0; i++)
    {
      g_assert (i < MAX_DENOMINATIONS);
      self->denominations[i] = ds_denomination_row_new (ds_cash_denominations_fen[i]);
      g_signal_connect_object (self->denominations[i], "changed", G_CALLBACK (show_counted), self,
                               G_CONNECT_SWAPPED);
      gtk_list_box_append (self->count_list, GTK_WIDGET (self->denominations[i]));
      self->n_denominations++;
    }
}

static void
ds_close_page_dispose (GObject *object)
{
  DsClosePage *self = DS_CLOSE_PAGE (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->session);
  gtk_widget_dispose_template (GTK_WIDGET (self), DS_TYPE_CLOSE_PAGE);

  G_OBJECT_CLASS (ds_close_page_parent_class)->dispose (object);
}

static void
ds_close_page_finalize (GObject *object)
{
  g_object_unref (DS_CLOSE_PAGE (object)->cancellable);

  G_OBJECT_CLASS (ds_close_page_parent_class)->finalize (object);
}

static void
ds_close_page_class_init (DsClosePageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = ds_close_page_dispose;
  G_OBJECT_CLASS (klass)->finalize = ds_close_page_finalize;

  g_type_ensure (DS_TYPE_SHIFT_FILES);
  gtk_widget_class_set_template_from_resource (widget_class, "/cn/doorstep/Doorstep/ds-close-page.ui");
  gtk_widget_class_bind_template_child (widget_class, DsClosePage, steps);
  gtk_widget_class_bind_template_child (widget_class, DsClosePage, stack);
  gtk_widget_class_bind_template_child (widget_class, DsClosePage, open_heading);
  gtk_widget_class_bind_template_child (widget_class, DsClosePage, open_text);
  gtk_widget_class_bind_template_child (widget_class, DsClosePage, open_list);
  gtk_widget_class_bind_template_child (widget_class, DsClosePage, counted);
  gtk_widget_class_bind_template_child (widget_class, DsClosePage, count_list);
  gtk_widget_class_bind_template_child (widget_class, DsClosePage, send_heading);
  gtk_widget_class_bind_template_child (widget_class, DsClosePage, send_text);
  gtk_widget_class_bind_template_child (widget_class, DsClosePage, spinner);
  gtk_widget_class_bind_template_child (widget_class, DsClosePage, problem);
  gtk_widget_class_bind_template_child (widget_class, DsClosePage, files);
  gtk_widget_class_bind_template_child (widget_class, DsClosePage, next);
  gtk_widget_class_bind_template_callback (widget_class, next_clicked);
}

static void
ds_close_page_init (DsClosePage *self)
{
  self->cancellable = g_cancellable_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
  add_steps (self);
  add_denominations (self);
}

DsClosePage *
ds_close_page_new (DsSession *session)
{
  DsClosePage *self;
  DsStore *store;

  g_return_val_if_fail (DS_IS_SESSION (session), NULL);

  self = g_object_new (DS_TYPE_CLOSE_PAGE, NULL);
  self->session = g_object_ref (session);
  store = ds_session_get_store (session);
  g_signal_connect_object (ds_session_get_route (session), "summary-changed", G_CALLBACK (route_changed),
                           self, G_CONNECT_SWAPPED);
  g_signal_connect_object (store, "notify::n-unsent", G_CALLBACK (show_sending), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (store, "notify::shift", G_CALLBACK (show_sending), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (ds_session_get_link (session), "notify::online", G_CALLBACK (show_sending), self,
                           G_CONNECT_SWAPPED);
  show_step (self, ds_session_get_open_shift (session) != NULL ? STEP_OPEN : STEP_SEND);
  return self;
}
