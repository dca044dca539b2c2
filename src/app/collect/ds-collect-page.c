/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-collect-page.h"

#include "ds-cash-page.h"
#include "ds-code-page.h"
#include "ds-collection.h"
#include "ds-format.h"
#include "ds-navigator.h"
#include "ds-override-page.h"
#include "ds-page.h"
#include "ds-result-page.h"
#include "ds-scan-page.h"
#include "ds-sides-box.h"
#include "ds-way-row.h"

#include <adwaita.h>
#include <glib/gi18n.h>

struct _DsCollectPage
{
  GtkBox parent;

  DsSession *session;
  char *stop_id;
  DsStop *stop; /* as it is now */
  GCancellable *cancellable;
  GHashTable *kept_back; /* waybills the customer does not take */
  GPtrArray *checks; /* (element-type GtkCheckButton), borrowed: of the parcels, named by their waybills */
  gboolean busy;
  gboolean asked_for_code; /* and it has not come in front yet */

  AdwWindowTitle *title;
  GtkBox *upright;
  GtkBox *aside;
  GtkWidget *due;
  GtkLabel *due_caption;
  GtkLabel *amount;
  AdwExpanderRow *parcels;
  AdwComboRow *reason;
  GtkWidget *offline_notice;
  GtkListBox *ways;
  GtkWidget *allowance;
  GtkLabel *allowance_used;
  GtkLabel *allowance_left;
  GtkProgressBar *allowance_bar;
  GtkWidget *show_code;
  GtkStack *show_code_stack;
  GtkLabel *show_code_text;
};

static void ds_collect_page_page_iface_init (DsPageInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (DsCollectPage,
                               ds_collect_page,
                               GTK_TYPE_BOX,
                               G_IMPLEMENT_INTERFACE (DS_TYPE_PAGE, ds_collect_page_page_iface_init))

/* The rows below the main button's way, in their fixed order. */
typedef enum
{
  ROW_SCAN,
  ROW_CASH,
  ROW_SPLIT,
  ROW_ASK,
} WayRow;

/* Why a customer takes fewer parcels; the journal keeps the name, the courier sees the words. */
static const struct
{
  const char *name;
  const char *words;
} reasons[] = {
  { "not-wanted", N_ ("The customer does not want it") },
  { "wrong-goods", N_ ("Not what was ordered") },
  { "damaged", N_ ("Damaged") },
  { "too-expensive", N_ ("The price is not as agreed") },
};

static gboolean
is_kept_back (DsCollectPage *self, const DsParcel *parcel)
{
  return g_hash_table_contains (self->kept_back, parcel->waybill);
}

/* What is asked for: the open amount less the parcels that are unticked. */
static gint64
get_amount_fen (DsCollectPage *self)
{
  DsDebt debt;
  gint64 amount_fen;

  ds_stop_get_debt (self->stop, &debt);
  amount_fen = debt.open_fen;
  for (guint i = 0; i < self->stop->parcels->len; i++)
    {
      const DsParcel *parcel = g_ptr_array_index (self->stop->parcels, i);

      if (is_kept_back (self, parcel) && !parcel->prepaid && ds_collection_is_owed_for (parcel))
        amount_fen -= parcel->due_fen;
    }
  return MAX (amount_fen, 0);
}

/* Returns: (transfer full): the waybills of the parcels that are ticked, or that are not. */
static GStrv
list_waybills (DsCollectPage *self, gboolean kept_back)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  for (guint i = 0; i < self->stop->parcels->len; i++)
    {
      const DsParcel *parcel = g_ptr_array_index (self->stop->parcels, i);

      if (ds_collection_is_owed_for (parcel) && is_kept_back (self, parcel) == kept_back)
        g_strv_builder_add (builder, parcel->waybill);
    }
  return g_strv_builder_end (builder);
}

static void
show_allowance (DsCollectPage *self)
{
  DsAllowance allowance;
  g_autofree char *used = NULL;
  g_autofree char *left = NULL;
  g_autofree char *used_text = NULL;
  g_autofree char *left_text = NULL;

  ds_door_get_allowance (ds_session_get_door (self->session), &allowance);
  gtk_widget_set_visible (self->allowance, allowance.limit_fen > 0);
  if (allowance.limit_fen <= 0)
    return;

  used = ds_format_money (allowance.used_fen);
  left = ds_format_money (allowance.left_fen);
  /* Translators: the offline allowance: what vouchers have used of it */
  used_text = g_strdup_printf (_ ("Offline · used %s"), used);
  left_text = g_strdup_printf (_ ("%s left"), left);
  gtk_label_set_text (self->allowance_used, used_text);
  gtk_label_set_text (self->allowance_left, left_text);
  gtk_progress_bar_set_fraction (self->allowance_bar,
                                 ds_format_ratio (allowance.used_fen, allowance.limit_fen));
}

/* Before the customer's wallet gives away a voucher that could not be taken. With a network there is no need for one. */
static void
show_ask (DsCollectPage *self, gint64 amount_fen)
{
  DsDoor *door = ds_session_get_door (self->session);
  GtkListBoxRow *row = gtk_list_box_get_row_at_index (self->ways, ROW_ASK);
  DsLimits limits
      = ds_door_get_online (door) ? DS_LIMIT_NONE : ds_door_find_limits (door, self->stop, amount_fen);

  ds_way_row_set (DS_WAY_ROW (row), _ ("The depot can lift the limit once"), TRUE);
  gtk_widget_set_visible (GTK_WIDGET (row), limits != DS_LIMIT_NONE);
}

static void
show_ways (DsCollectPage *self)
{
  gint64 amount_fen = get_amount_fen (self);
  g_autoptr (GPtrArray) ways = ds_door_get_ways (ds_session_get_door (self->session), self->stop, amount_fen);
  const DsWay *code = g_ptr_array_index (ways, DS_WAY_SHOW_CODE);
  const DsWay *scan = g_ptr_array_index (ways, DS_WAY_SCAN_PAYER_CODE);
  const DsWay *cash = g_ptr_array_index (ways, DS_WAY_CASH);

  ds_way_row_set (DS_WAY_ROW (gtk_list_box_get_row_at_index (self->ways, ROW_SCAN)), scan->text,
                  scan->available);
  ds_way_row_set (DS_WAY_ROW (gtk_list_box_get_row_at_index (self->ways, ROW_CASH)), cash->text,
                  cash->available);
  ds_way_row_set (DS_WAY_ROW (gtk_list_box_get_row_at_index (self->ways, ROW_SPLIT)),
                  _ ("Cash first, the rest by code"), cash->available && amount_fen > 0);
  show_ask (self, amount_fen);
  gtk_label_set_text (self->show_code_text, self->busy ? _ ("Getting a code…") : code->text);
  gtk_widget_set_sensitive (self->show_code, amount_fen > 0 && !self->busy);
  gtk_stack_set_visible_child_name (self->show_code_stack, self->busy ? "busy" : "icon");
}

static void
show_parcels (DsCollectPage *self)
{
  g_auto (GStrv) taken = list_waybills (self, FALSE);
  guint n = g_strv_length (taken);
  g_autofree char *text = NULL;

  if (g_hash_table_size (self->kept_back) == 0)
    text = g_strdup_printf (ngettext ("%u parcel in all", "All %u parcels", n), n);
  else
    text = g_strdup_printf (
        ngettext ("%u parcel, the others stay with you", "%u parcels, the others stay with you", n), n);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->parcels), text);
  gtk_widget_set_visible (GTK_WIDGET (self->reason), g_hash_table_size (self->kept_back) > 0);
}

/* Held sideways the ways have the room of the notice: what cannot be done now says so itself. */
static void
show_notice (DsCollectPage *self)
{
  gboolean online = ds_door_get_online (ds_session_get_door (self->session));

  gtk_widget_set_visible (self->offline_notice, !online && !ds_sides_box_is_sideways (GTK_WIDGET (self)));
}

static void
show (DsCollectPage *self)
{
  DsDebt debt;

  ds_stop_get_debt (self->stop, &debt);
  gtk_label_set_text (self->due_caption, debt.covered_fen > 0 ? _ ("Still to collect") : _ ("Due"));
  ds_money_label_set (self->amount, get_amount_fen (self));
  show_notice (self);
  show_parcels (self);
  show_ways (self);
  show_allowance (self);
}

static void
shape_changed (DsCollectPage *self)
{
  ds_sides_box_move (self->due, ds_sides_box_is_sideways (GTK_WIDGET (self)) ? self->aside : self->upright,
                     NULL);
  /* The template has its shape before there is anything to show. */
  if (self->session != NULL)
    show_notice (self);
}

static void
did_toggle_parcel (GtkCheckButton *check, GParamSpec *pspec, DsCollectPage *self)
{
  const char *waybill = gtk_widget_get_name (GTK_WIDGET (check));

  if (gtk_check_button_get_active (check))
    g_hash_table_remove (self->kept_back, waybill);
  else
    g_hash_table_add (self->kept_back, g_strdup (waybill));
  show (self);
  ds_page_say_moved (DS_PAGE (self));
}

static GtkWidget *
make_parcel_row (DsCollectPage *self, const DsParcel *parcel)
{
  GtkWidget *row = adw_action_row_new ();
  GtkWidget *check = gtk_check_button_new ();
  g_autofree char *waybill = ds_format_waybill (parcel->waybill);
  g_autofree char *amount
      = parcel->prepaid ? g_strdup (_ ("Prepaid · nothing due")) : ds_format_money (parcel->due_fen);

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), waybill);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), amount);
  gtk_widget_set_name (check, parcel->waybill);
  gtk_widget_set_valign (check, GTK_ALIGN_CENTER);
  gtk_check_button_set_active (GTK_CHECK_BUTTON (check), TRUE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (check), GTK_ACCESSIBLE_PROPERTY_LABEL, waybill, -1);
  g_signal_connect (check, "notify::active", G_CALLBACK (did_toggle_parcel), self);
  g_ptr_array_add (self->checks, check);
  gtk_accessible_update_property (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_PROPERTY_LABEL, waybill, -1);
  adw_action_row_add_prefix (ADW_ACTION_ROW (row), check);
  adw_action_row_set_activatable_widget (ADW_ACTION_ROW (row), check);
  return row;
}

static void
fill_parcels (DsCollectPage *self)
{
  g_autoptr (GtkStringList) words = gtk_string_list_new (NULL);

  for (guint i = 0; i < self->stop->parcels->len; i++)
    {
      const DsParcel *parcel = g_ptr_array_index (self->stop->parcels, i);

      if (parcel->outcome == DS_OUTCOME_OPEN)
        adw_expander_row_add_row (self->parcels, make_parcel_row (self, parcel));
    }

  for (guint i = 0; i < G_N_ELEMENTS (reasons); i++)
    gtk_string_list_append (words, _ (reasons[i].words));
  self->reason = ADW_COMBO_ROW (adw_combo_row_new ());
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->reason), _ ("Why fewer"));
  adw_combo_row_set_use_subtitle (self->reason,
                                  TRUE); /* beside the title a sentence would widen the window */
  adw_combo_row_set_model (self->reason, G_LIST_MODEL (words));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->reason), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Why fewer"), -1);
  gtk_widget_set_visible (GTK_WIDGET (self->reason), FALSE);
  adw_expander_row_add_row (self->parcels, GTK_WIDGET (self->reason));
  g_signal_connect_object (self->reason, "notify::selected", G_CALLBACK (ds_page_say_moved), self,
                           G_CONNECT_SWAPPED);
}

static void
did_change_stop (DsCollectPage *self)
{
  DsStop *stop = ds_route_find (ds_session_get_route (self->session), self->stop_id);

  if (stop == NULL || stop == self->stop)
    return;
  g_set_object (&self->stop, stop);
  show (self);
}

/* Going on: parcels that are not taken are journalled as refused first, then the way begins. */

typedef void (*BeginWay) (DsCollectPage *self, DsCollection *collection);

typedef struct
{
  DsCollectPage *self;
  DsCollection *collection;
  BeginWay begin;
} GoOn;

static void
go_on_free (GoOn *go_on)
{
  g_object_unref (go_on->self);
  ds_collection_unref (go_on->collection);
  g_free (go_on);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GoOn, go_on_free)

static void
set_busy (DsCollectPage *self, gboolean busy)
{
  self->busy = busy;
  show_ways (self);
}

static void
did_set_outcome (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GoOn) go_on = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (DsStop) stop = ds_door_set_outcome_finish (DS_DOOR (source), result, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  set_busy (go_on->self, FALSE);
  if (stop == NULL)
    {
      ds_page_say (GTK_WIDGET (go_on->self), error->message);
      return;
    }
  g_hash_table_remove_all (go_on->self->kept_back);
  if (ds_navigator_of (GTK_WIDGET (go_on->self)) != NULL) /* else the courier went back meanwhile */
    go_on->begin (go_on->self, go_on->collection);
}

static void
go_on_with (DsCollectPage *self, BeginWay begin)
{
  g_auto (GStrv) taken = list_waybills (self, FALSE);
  g_auto (GStrv) left = list_waybills (self, TRUE);
  g_autoptr (DsCollection) collection = NULL;
  GoOn *go_on;

  if (self->busy)
    return;
  collection
      = ds_collection_new (self->session, self->stop_id, (const char *const *)taken, get_amount_fen (self));
  if (left[0] == NULL)
    {
      begin (self, collection);
      return;
    }

  go_on = g_new0 (GoOn, 1);
  go_on->self = g_object_ref (self);
  go_on->collection = g_steal_pointer (&collection);
  go_on->begin = begin;
  set_busy (self, TRUE);
  ds_door_set_outcome_async (ds_session_get_door (self->session), self->stop_id, (const char *const *)left,
                             DS_OUTCOME_REFUSED, reasons[adw_combo_row_get_selected (self->reason)].name,
                             self->cancellable, did_set_outcome, go_on);
}

/* The ways */

static void
set_asked_for_code (DsCollectPage *self, gboolean asked)
{
  self->asked_for_code = asked;
  ds_page_say_moved (DS_PAGE (self));
}

static void
did_present (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GoOn) go_on = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (DsPresentation) presentation = ds_door_present_finish (DS_DOOR (source), result, &error);
  DsCollectPage *self = go_on->self;
  DsNavigator *navigator;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  set_busy (self, FALSE);
  set_asked_for_code (self, FALSE);
  if (presentation == NULL)
    {
      ds_page_say (GTK_WIDGET (self), error->message);
      return;
    }
  navigator = ds_navigator_of (GTK_WIDGET (self));
  if (navigator != NULL) /* else the courier went back meanwhile: the code is journalled and never shown */
    ds_navigator_push (navigator, DS_PAGE (ds_code_page_new (go_on->collection, presentation)));
}

static void
begin_show_code (DsCollectPage *self, DsCollection *collection)
{
  GoOn *go_on = g_new0 (GoOn, 1);

  go_on->self = g_object_ref (self);
  go_on->collection = ds_collection_ref (collection);
  set_busy (self, TRUE);
  set_asked_for_code (self, TRUE);
  ds_door_present_async (ds_session_get_door (self->session), collection->stop_id,
                         (const char *const *)collection->waybills, collection->amount_fen, self->cancellable,
                         did_present, go_on);
}

static void
begin_scan (DsCollectPage *self, DsCollection *collection)
{
  ds_navigator_push (ds_navigator_of (GTK_WIDGET (self)),
                     DS_PAGE (ds_scan_page_new (self->session, collection, NULL)));
}

static void
begin_cash (DsCollectPage *self, DsCollection *collection)
{
  ds_navigator_push (ds_navigator_of (GTK_WIDGET (self)), DS_PAGE (ds_cash_page_new (collection, FALSE)));
}

static void
begin_split (DsCollectPage *self, DsCollection *collection)
{
  ds_navigator_push (ds_navigator_of (GTK_WIDGET (self)), DS_PAGE (ds_cash_page_new (collection, TRUE)));
}

static void
begin_ask (DsCollectPage *self, DsCollection *collection)
{
  DsLimits limits
      = ds_door_find_limits (ds_session_get_door (self->session), self->stop, collection->amount_fen);

  if (limits != DS_LIMIT_NONE)
    ds_navigator_push (ds_navigator_of (GTK_WIDGET (self)),
                       DS_PAGE (ds_override_page_new (collection, limits, NULL, NULL)));
}

static void
did_click_show_code (DsCollectPage *self)
{
  go_on_with (self, begin_show_code);
}

static void
did_activate_way (DsCollectPage *self, GtkListBoxRow *row)
{
  static const BeginWay begins[] = {
    [ROW_SCAN] = begin_scan, [ROW_CASH] = begin_cash, [ROW_SPLIT] = begin_split, [ROW_ASK] = begin_ask
  };

  /* A blocked way stays where it is and says why, in its row and aloud. */
  if (!ds_way_row_get_available (DS_WAY_ROW (row)))
    ds_page_say (GTK_WIDGET (self), ds_way_row_get_text (DS_WAY_ROW (row)));
  else
    go_on_with (self, begins[gtk_list_box_row_get_index (row)]);
}

static const char *
ds_collect_page_get_title (DsPage *page)
{
  return _ ("Collect");
}

/* A payer code by the scan key: the courier need not open the scan page first. */
static gboolean
ds_collect_page_handle_scan (DsPage *page, const char *text)
{
  DsCollectPage *self = DS_COLLECT_PAGE (page);
  g_auto (GStrv) taken = list_waybills (self, FALSE);
  g_autoptr (DsCollection) collection = NULL;
  GtkWidget *scan;

  if (g_hash_table_size (self->kept_back) > 0)
    return FALSE;
  collection
      = ds_collection_new (self->session, self->stop_id, (const char *const *)taken, get_amount_fen (self));
  scan = ds_scan_page_new (self->session, collection, NULL);
  ds_navigator_push (ds_navigator_of (GTK_WIDGET (self)), DS_PAGE (scan));
  return ds_page_handle_scan (DS_PAGE (scan), text);
}

/* What it says of itself while the customer takes less than all: this, the reason and the waybills, a line each. */
#define PLACE_WITHOUT "without"

/* Returns: (transfer full) */
static char *
describe_kept_back (DsCollectPage *self)
{
  g_auto (GStrv) left = list_waybills (self, TRUE);
  g_autofree char *waybills = g_strjoinv ("\n", left);

  return g_strconcat (PLACE_WITHOUT "\n", reasons[adw_combo_row_get_selected (self->reason)].name, "\n",
                      waybills, NULL);
}

static void
ds_collect_page_describe (DsPage *page, DsTrailPlace *place)
{
  DsCollectPage *self = DS_COLLECT_PAGE (page);

  place->stop_id = g_strdup (self->stop_id);
  if (self->asked_for_code)
    place->detail = g_strdup (DS_COLLECT_PAGE_CODE);
  else if (g_hash_table_size (self->kept_back) > 0)
    place->detail = describe_kept_back (self);
}

/* With all parcels ticked again, more would be asked for than the customer takes. */
static void
ds_collect_page_restore (DsPage *page, const DsTrailPlace *place)
{
  DsCollectPage *self = DS_COLLECT_PAGE (page);
  g_auto (GStrv) lines = place->detail != NULL ? g_strsplit (place->detail, "\n", -1) : NULL;

  if (lines == NULL || g_strcmp0 (lines[0], PLACE_WITHOUT) != 0 || lines[1] == NULL)
    return;
  for (guint i = 0; i < G_N_ELEMENTS (reasons); i++)
    {
      if (g_str_equal (lines[1], reasons[i].name))
        adw_combo_row_set_selected (self->reason, i);
    }
  for (guint i = 0; i < self->checks->len; i++)
    {
      GtkWidget *check = g_ptr_array_index (self->checks, i);

      if (g_strv_contains ((const char *const *)lines + 2, gtk_widget_get_name (check)))
        gtk_check_button_set_active (GTK_CHECK_BUTTON (check), FALSE);
    }
  adw_expander_row_set_expanded (self->parcels, g_hash_table_size (self->kept_back) > 0);
}

static void
ds_collect_page_page_iface_init (DsPageInterface *iface)
{
  iface->get_title = ds_collect_page_get_title;
  iface->describe = ds_collect_page_describe;
  iface->restore = ds_collect_page_restore;
  iface->handle_scan = ds_collect_page_handle_scan;
}

/* Left: what is under way keeps the page, which is not disposed before that has come to an end. A code that is still asked
 * for is given up, and stands in nobody's way. */
static void
ds_collect_page_unroot (GtkWidget *widget)
{
  g_cancellable_cancel (DS_COLLECT_PAGE (widget)->cancellable);

  GTK_WIDGET_CLASS (ds_collect_page_parent_class)->unroot (widget);
}

static void
ds_collect_page_dispose (GObject *object)
{
  DsCollectPage *self = DS_COLLECT_PAGE (object);

  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->stop);
  g_clear_object (&self->session);
  gtk_widget_dispose_template (GTK_WIDGET (self), DS_TYPE_COLLECT_PAGE);

  G_OBJECT_CLASS (ds_collect_page_parent_class)->dispose (object);
}

static void
ds_collect_page_finalize (GObject *object)
{
  DsCollectPage *self = DS_COLLECT_PAGE (object);

  g_free (self->stop_id);
  g_hash_table_unref (self->kept_back);
  g_ptr_array_unref (self->checks);

  G_OBJECT_CLASS (ds_collect_page_parent_class)->finalize (object);
}

static void
ds_collect_page_class_init (DsCollectPageClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = ds_collect_page_dispose;
  object_class->finalize = ds_collect_page_finalize;
  widget_class->unroot = ds_collect_page_unroot;

  gtk_widget_class_set_template_from_resource (widget_class, "/cn/doorstep/Doorstep/ds-collect-page.ui");
  gtk_widget_class_bind_template_child (widget_class, DsCollectPage, title);
  gtk_widget_class_bind_template_child (widget_class, DsCollectPage, upright);
  gtk_widget_class_bind_template_child (widget_class, DsCollectPage, aside);
  gtk_widget_class_bind_template_child (widget_class, DsCollectPage, due);
  gtk_widget_class_bind_template_child (widget_class, DsCollectPage, due_caption);
  gtk_widget_class_bind_template_child (widget_class, DsCollectPage, amount);
  gtk_widget_class_bind_template_child (widget_class, DsCollectPage, parcels);
  gtk_widget_class_bind_template_child (widget_class, DsCollectPage, offline_notice);
  gtk_widget_class_bind_template_child (widget_class, DsCollectPage, ways);
  gtk_widget_class_bind_template_child (widget_class, DsCollectPage, allowance);
  gtk_widget_class_bind_template_child (widget_class, DsCollectPage, allowance_used);
  gtk_widget_class_bind_template_child (widget_class, DsCollectPage, allowance_left);
  gtk_widget_class_bind_template_child (widget_class, DsCollectPage, allowance_bar);
  gtk_widget_class_bind_template_child (widget_class, DsCollectPage, show_code);
  gtk_widget_class_bind_template_child (widget_class, DsCollectPage, show_code_stack);
  gtk_widget_class_bind_template_child (widget_class, DsCollectPage, show_code_text);
  gtk_widget_class_bind_template_callback (widget_class, did_click_show_code);
  gtk_widget_class_bind_template_callback (widget_class, did_activate_way);
  gtk_widget_class_bind_template_callback (widget_class, shape_changed);
}

static void
ds_collect_page_init (DsCollectPage *self)
{
  self->cancellable = g_cancellable_new ();
  self->kept_back = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->checks = g_ptr_array_new ();
  gtk_widget_init_template (GTK_WIDGET (self));

  gtk_list_box_append (self->ways, ds_way_row_new ("ds-scan-symbolic", _ ("Scan customer's code")));
  gtk_list_box_append (self->ways, ds_way_row_new ("ds-cash-symbolic", _ ("Cash")));
  gtk_list_box_append (self->ways, ds_way_row_new ("ds-split-symbolic", _ ("Cash + code")));
  gtk_list_box_append (self->ways, ds_way_row_new ("call-start-symbolic", _ ("Ask the depot")));
}

/* The customer has paid the code of before after all, while the courier looked for another way. */
static void
did_change_payment (DsCollectPage *self, DsPayment *payment, DsStop *stop)
{
  DsNavigator *navigator = ds_navigator_of (GTK_WIDGET (self));
  g_autoptr (DsCollection) collection = NULL;

  if (payment->state != DS_PAYMENT_PAID || !g_str_equal (payment->stop_id, self->stop_id) || navigator == NULL
      || ds_navigator_get_page (navigator) != DS_PAGE (self))
    return;
  collection = ds_collection_new_for_payment (self->session, payment);
  ds_navigator_push (navigator, DS_PAGE (ds_result_page_new (collection, payment, TRUE)));
}

GtkWidget *
ds_collect_page_new (DsSession *session, const char *stop_id)
{
  DsCollectPage *self;
  DsStop *stop;
  g_autoptr (DsCollection) collection = NULL;
  g_autofree char *subtitle = NULL;
  const char *const none[] = { NULL };

  g_return_val_if_fail (DS_IS_SESSION (session), NULL);

  stop = ds_route_find (ds_session_get_route (session), stop_id);
  g_return_val_if_fail (stop != NULL, NULL);

  self = g_object_new (DS_TYPE_COLLECT_PAGE, NULL);
  self->session = g_object_ref (session);
  self->stop_id = g_strdup (stop_id);
  self->stop = g_object_ref (stop);
  collection = ds_collection_new (session, stop_id, none, 0);
  subtitle = ds_collection_get_subtitle (collection);
  adw_window_title_set_subtitle (self->title, subtitle);

  fill_parcels (self);
  show (self);
  g_signal_connect_object (ds_session_get_route (session), "items-changed", G_CALLBACK (did_change_stop),
                           self, G_CONNECT_SWAPPED);
  g_signal_connect_object (ds_session_get_door (session), "notify::online", G_CALLBACK (show), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (ds_session_get_door (session), "payment-changed", G_CALLBACK (did_change_payment),
                           self, G_CONNECT_SWAPPED);
  g_signal_connect_object (ds_session_get_door (session), "allowance-changed", G_CALLBACK (show), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (ds_session_get_store (session), "notify::shift", G_CALLBACK (show), self,
                           G_CONNECT_SWAPPED);
  return GTK_WIDGET (self);
}
