/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-shift-page.h"

#include "ds-bucket-page.h"
#include "ds-bucket.h"
#include "ds-format.h"
#include "ds-info-row.h"
#include "ds-navigator.h"
#include "ds-settings.h"
#include "ds-shifts-page.h"
#include "ds-stacked-bar.h"
#include "ds-window.h"

#include <adwaita.h>
#include <glib/gi18n.h>

struct _DsShiftPage
{
  GtkBox parent;

  DsSession *session;
  DsInfoRow *rows[DS_N_BUCKETS];

  AdwWindowTitle *window_title;
  GtkStack *stack;
  GtkLabel *due;
  GtkLabel *collected;
  GtkLabel *parts;
  DsStackedBar *bar;
  GtkListBox *totals;
  GtkLabel *allowance_used;
  GtkLabel *allowance_left;
  GtkProgressBar *allowance;
  GtkLabel *allowance_text;
  GtkLabel *cash_held;
  GtkLabel *cash_limit;
  GtkProgressBar *cash;
  GtkLabel *waiting;
  GtkLabel *waiting_text;
  GtkLabel *idle_heading;
  GtkLabel *idle_text;
  GtkWidget *statement_button;
  GtkWidget *sending_button;
};

static void page_init (DsPageInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (DsShiftPage,
                               ds_shift_page,
                               GTK_TYPE_BOX,
                               G_IMPLEMENT_INTERFACE (DS_TYPE_PAGE, page_init))

static const char *
get_title (DsPage *page)
{
  return _ ("Shift");
}

static void
page_init (DsPageInterface *iface)
{
  iface->get_title = get_title;
}

static char *
describe_bucket (DsBucket bucket, guint n)
{
  g_autofree char *payments = g_strdup_printf (ngettext ("%u payment", "%u payments", n), n);

  switch (bucket)
    {
    case DS_BUCKET_ACCEPTED:
      return g_strdup_printf ("%s · %s", payments, _ ("pending"));
    case DS_BUCKET_UNKNOWN:
      return g_strdup_printf ("%s · %s", payments, _ ("being asked"));
    case DS_BUCKET_OPEN:
      return g_strdup_printf (ngettext ("%u stop", "%u stops", n), n);
    case DS_BUCKET_NOT_COLLECTED:
      return g_strdup_printf (ngettext ("%u stop · refused, later", "%u stops · refused, later", n), n);
    case DS_BUCKET_PAID:
    case DS_BUCKET_CASH:
    case DS_BUCKET_REJECTED:
    case DS_N_BUCKETS:
    default:
      return g_steal_pointer (&payments);
    }
}

static void
show_totals (DsShiftPage *self)
{
  static const struct
  {
    DsBucket bucket;
    const char *color_name;
    gboolean hatched;
  } shown[] = {
    { DS_BUCKET_PAID, "success_color", FALSE },
    { DS_BUCKET_CASH, "accent_color", FALSE },
    { DS_BUCKET_ACCEPTED, "ds_accepted_bar", TRUE },
    { DS_BUCKET_UNKNOWN, "ds_unknown", TRUE },
  };
  GPtrArray *stops = ds_route_get_stops (ds_session_get_route (self->session));
  DsShift *shift = ds_store_get_shift (ds_session_get_store (self->session));
  gint64 sums_fen[DS_N_BUCKETS] = { 0 };
  gint64 before_fen = 0;
  DsShare shares[G_N_ELEMENTS (shown)];
  DsShiftTotals totals;
  g_autofree char *due = NULL;
  g_autofree char *of_due = NULL;
  g_autofree char *parts = NULL;

  for (DsBucket bucket = 0; bucket < DS_N_BUCKETS; bucket++)
    {
      guint n = 0;
      g_autofree char *text = NULL;

      for (guint i = 0; i < stops->len; i++)
        {
          guint n_here, n_all;
          gint64 sum_fen = ds_bucket_count (bucket, g_ptr_array_index (stops, i), shift, &n_here);

          /* What earlier shifts collected on this route is not this one's to collect. */
          if (bucket <= DS_BUCKET_ACCEPTED)
            before_fen += ds_bucket_count (bucket, g_ptr_array_index (stops, i), NULL, &n_all) - sum_fen;
          sums_fen[bucket] += sum_fen;
          n += n_here;
        }
      text = describe_bucket (bucket, n);
      ds_info_row_set_subtitle (self->rows[bucket], text);
      ds_info_row_set_amount (self->rows[bucket], sums_fen[bucket]);
      gtk_widget_set_visible (GTK_WIDGET (self->rows[bucket]), n > 0 || bucket <= DS_BUCKET_CASH);
    }

  ds_route_get_totals (ds_session_get_route (self->session), &totals);
  due = ds_format_money (MAX (totals.due_fen - before_fen, 0));
  of_due = g_strdup_printf (_ ("of %s"), due);
  gtk_label_set_text (self->due, of_due);
  ds_money_label_set (self->collected, sums_fen[DS_BUCKET_PAID] + sums_fen[DS_BUCKET_CASH]);
  parts = ds_bucket_describe_parts (stops, shift);
  gtk_label_set_text (self->parts, parts != NULL ? parts : "");
  gtk_widget_set_visible (GTK_WIDGET (self->parts), parts != NULL);

  for (guint i = 0; i < G_N_ELEMENTS (shown); i++)
    shares[i] = (DsShare){ shown[i].color_name, shown[i].hatched, sums_fen[shown[i].bucket] };
  ds_stacked_bar_set_shares (self->bar, shares, G_N_ELEMENTS (shares), MAX (totals.due_fen - before_fen, 0));
}

static void
set_meter (GtkLabel *used_label, const char *used, GtkLabel *left_label, const char *left)
{
  gtk_label_set_text (used_label, used);
  gtk_label_set_text (left_label, left);
}

static void
show_meters (DsShiftPage *self)
{
  DsAllowance allowance;
  g_autofree char *used = NULL;
  g_autofree char *left = NULL;
  g_autofree char *cash = NULL;
  g_autofree char *limit = NULL;
  g_autofree char *used_text = NULL;
  g_autofree char *left_text = NULL;
  g_autofree char *cash_text = NULL;
  g_autofree char *limit_text = NULL;
  g_autofree char *text = ds_door_describe_allowance (ds_session_get_door (self->session));

  gtk_label_set_text (self->allowance_text, text);
  ds_door_get_allowance (ds_session_get_door (self->session), &allowance);

  used = ds_format_money (allowance.used_fen);
  left = ds_format_money (allowance.left_fen);
  used_text = g_strdup_printf (_ ("Offline · used %s"), used);
  left_text = g_strdup_printf (_ ("%s left"), left);
  set_meter (self->allowance_used, used_text, self->allowance_left, left_text);
  gtk_progress_bar_set_fraction (self->allowance, ds_format_ratio (allowance.used_fen, allowance.limit_fen));

  cash = ds_format_money (allowance.cash_fen);
  limit = ds_format_money (allowance.cash_limit_fen);
  cash_text = g_strdup_printf (_ ("Cash in hand %s"), cash);
  limit_text = g_strdup_printf (_ ("limit %s"), limit);
  set_meter (self->cash_held, cash_text, self->cash_limit, limit_text);
  gtk_progress_bar_set_fraction (self->cash, ds_format_ratio (allowance.cash_fen, allowance.cash_limit_fen));
}

static void
show_waiting (DsShiftPage *self)
{
  int n = (int)ds_store_get_n_unsent (ds_session_get_store (self->session));
  g_autofree char *text = g_strdup_printf (
      ngettext ("Waiting to send: %d record", "Waiting to send: %d records", (gulong)n), n);

  guint n_blobs = (guint)ds_store_get_n_waiting_blobs (ds_session_get_store (self->session));
  g_autofree char *blobs = g_strdup_printf (
      ngettext ("%u proof to send, after the money", "%u proofs to send, after the money", n_blobs), n_blobs);

  gtk_label_set_text (self->waiting, n > 0 ? text : _ ("Everything is sent"));
  if (n == 0 && n_blobs > 0)
    gtk_label_set_text (self->waiting, blobs);
  gtk_label_set_text (self->waiting_text, n > 0 || n_blobs > 0 ? _ ("sent once online") : "");
}

static void
earlier_clicked (DsShiftPage *self)
{
  ds_navigator_push (ds_navigator_of (GTK_WIDGET (self)), DS_PAGE (ds_shifts_page_new (self->session)));
}

/* No shift is open: the last one is closed, or there was none yet. */
static void
show_idle (DsShiftPage *self, DsShift *last)
{
  g_autofree char *clock = last != NULL ? ds_format_clock (last->closed_at_ms) : NULL;
  g_autofree char *text = NULL;
  gboolean has_statement = last != NULL && last->statement != NULL;

  gtk_label_set_text (self->idle_heading, last != NULL ? _ ("Shift closed") : _ ("No shift is open"));
  if (last == NULL)
    text = g_strdup (_ ("Count your float and open a shift to begin collecting."));
  else if (has_statement)
    /* Translators: the time a shift was closed at */
    text = g_strdup_printf (_ ("Closed at %s. The depot's statement is here."), clock);
  else
    text = g_strdup_printf (_ ("Closed at %s. The depot's statement comes when everything is sent."), clock);
  gtk_label_set_text (self->idle_text, text);
  gtk_widget_set_visible (self->statement_button, has_statement);
  gtk_widget_set_visible (self->sending_button, last != NULL && !has_statement);
  gtk_stack_set_visible_child_name (self->stack, "idle");
}

static void
shift_changed (DsShiftPage *self)
{
  DsStore *store = ds_session_get_store (self->session);
  const DsIdentity *identity = ds_store_get_identity (store);
  DsShift *shift = ds_session_get_open_shift (self->session);
  g_autofree char *clock = NULL;
  g_autofree char *subtitle = NULL;

  if (shift == NULL)
    {
      adw_window_title_set_subtitle (self->window_title, identity != NULL ? identity->courier_name : "");
      show_idle (self, ds_store_get_shift (store));
      return;
    }

  clock = ds_format_clock (shift->opened_at_ms);
  /* Translators: who, and when the shift was opened: "Han · opened 7:58" */
  subtitle = g_strdup_printf (_ ("%s · opened %s"), identity != NULL ? identity->courier_name : "", clock);
  adw_window_title_set_subtitle (self->window_title, subtitle);
  show_totals (self);
  gtk_stack_set_visible_child_name (self->stack, "open");
}

static void
total_activated (DsShiftPage *self, GtkListBoxRow *row)
{
  for (DsBucket bucket = 0; bucket < DS_N_BUCKETS; bucket++)
    {
      if (GTK_LIST_BOX_ROW (self->rows[bucket]) == row)
        ds_navigator_push (ds_navigator_of (GTK_WIDGET (self)),
                           DS_PAGE (ds_bucket_page_new (self->session, bucket)));
    }
}

static void
ds_shift_page_dispose (GObject *object)
{
  DsShiftPage *self = DS_SHIFT_PAGE (object);

  g_clear_object (&self->session);
  gtk_widget_dispose_template (GTK_WIDGET (self), DS_TYPE_SHIFT_PAGE);

  G_OBJECT_CLASS (ds_shift_page_parent_class)->dispose (object);
}

/* Held sideways there is no height for words above three buttons and below a notice. */
static void
ds_shift_page_root (GtkWidget *widget)
{
  GtkRoot *root;

  GTK_WIDGET_CLASS (ds_shift_page_parent_class)->root (widget);
  root = gtk_widget_get_root (widget);
  if (DS_IS_WINDOW (root))
    g_object_bind_property (root, "short", DS_SHIFT_PAGE (widget)->idle_text, "visible",
                            G_BINDING_SYNC_CREATE | G_BINDING_INVERT_BOOLEAN);
}

static void
ds_shift_page_class_init (DsShiftPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = ds_shift_page_dispose;
  widget_class->root = ds_shift_page_root;

  g_type_ensure (DS_TYPE_STACKED_BAR);
  gtk_widget_class_set_template_from_resource (widget_class, "/cn/doorstep/Doorstep/ds-shift-page.ui");
  gtk_widget_class_bind_template_child (widget_class, DsShiftPage, window_title);
  gtk_widget_class_bind_template_child (widget_class, DsShiftPage, stack);
  gtk_widget_class_bind_template_child (widget_class, DsShiftPage, due);
  gtk_widget_class_bind_template_child (widget_class, DsShiftPage, collected);
  gtk_widget_class_bind_template_child (widget_class, DsShiftPage, parts);
  gtk_widget_class_bind_template_child (widget_class, DsShiftPage, bar);
  gtk_widget_class_bind_template_child (widget_class, DsShiftPage, totals);
  gtk_widget_class_bind_template_child (widget_class, DsShiftPage, allowance_used);
  gtk_widget_class_bind_template_child (widget_class, DsShiftPage, allowance_left);
  gtk_widget_class_bind_template_child (widget_class, DsShiftPage, allowance);
  gtk_widget_class_bind_template_child (widget_class, DsShiftPage, allowance_text);
  gtk_widget_class_bind_template_child (widget_class, DsShiftPage, cash_held);
  gtk_widget_class_bind_template_child (widget_class, DsShiftPage, cash_limit);
  gtk_widget_class_bind_template_child (widget_class, DsShiftPage, cash);
  gtk_widget_class_bind_template_child (widget_class, DsShiftPage, waiting);
  gtk_widget_class_bind_template_child (widget_class, DsShiftPage, waiting_text);
  gtk_widget_class_bind_template_child (widget_class, DsShiftPage, idle_heading);
  gtk_widget_class_bind_template_child (widget_class, DsShiftPage, idle_text);
  gtk_widget_class_bind_template_child (widget_class, DsShiftPage, statement_button);
  gtk_widget_class_bind_template_child (widget_class, DsShiftPage, sending_button);
  gtk_widget_class_bind_template_callback (widget_class, total_activated);
  gtk_widget_class_bind_template_callback (widget_class, earlier_clicked);
}

static void
ds_shift_page_init (DsShiftPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  for (DsBucket bucket = 0; bucket < DS_N_BUCKETS; bucket++)
    {
      DsWords words = ds_words_for_bucket (bucket);

      self->rows[bucket] = ds_info_row_new (NULL, NULL, NULL);
      ds_info_row_set_words (self->rows[bucket], &words);
      g_object_set (self->rows[bucket], "leads", TRUE, NULL);
      gtk_list_box_append (self->totals, GTK_WIDGET (self->rows[bucket]));
    }
}

DsShiftPage *
ds_shift_page_new (DsSession *session)
{
  DsShiftPage *self;
  DsStore *store;

  g_return_val_if_fail (DS_IS_SESSION (session), NULL);

  self = g_object_new (DS_TYPE_SHIFT_PAGE, NULL);
  self->session = g_object_ref (session);
  store = ds_session_get_store (session);
  g_signal_connect_object (ds_session_get_route (session), "summary-changed", G_CALLBACK (show_totals), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (ds_session_get_door (session), "allowance-changed", G_CALLBACK (show_meters), self,
                           G_CONNECT_SWAPPED);
  /* The ages of the oldest voucher and of the operators' list grow by themselves. */
  g_signal_connect_object (session, "tick", G_CALLBACK (show_meters), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (store, "notify::shift", G_CALLBACK (shift_changed), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (store, "notify::n-unsent", G_CALLBACK (show_waiting), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (store, "notify::n-waiting-blobs", G_CALLBACK (show_waiting), self,
                           G_CONNECT_SWAPPED);
  show_totals (self);
  show_meters (self);
  show_waiting (self);
  shift_changed (self);
  return self;
}
