/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-statement-page.h"

#include "ds-difference-row.h"
#include "ds-format.h"
#include "ds-info-row.h"
#include "ds-shift-files.h"
#include "ds-signed-statement.h"
#include "ds-words.h"

#include <adwaita.h>
#include <glib/gi18n.h>

struct _DsStatementPage
{
  GtkBox parent;

  DsSession *session;
  DsShift *own_shift;    /* (nullable): an earlier one; else the last one, as it becomes */
  char *first_case_stop; /* (nullable): the stop of the first difference */
  char *shift_id;        /* (nullable): whose is shown */

  AdwWindowTitle *window_title;
  GtkStack *stack;
  GtkLabel *problem;
  GtkImage *verdict_icon;
  GtkLabel *verdict;
  GtkLabel *difference;
  GtkLabel *summary;
  GtkGrid *table;
  DsInfoRow *cash;
  GtkLabel *parts;
  GtkListBox *differences;
  GtkListBox *overrides;
  GtkLabel *signature;
  DsShiftFiles *files;
  GtkButton *resolve;
};

static void page_init (DsPageInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (DsStatementPage,
                               ds_statement_page,
                               GTK_TYPE_BOX,
                               G_IMPLEMENT_INTERFACE (DS_TYPE_PAGE, page_init))

static const char *
get_title (DsPage *page)
{
  return _ ("Statement");
}

static void
describe (DsPage *page, DsTrailPlace *place)
{
  place->detail = g_strdup (DS_STATEMENT_PAGE (page)->shift_id);
}

static void
page_init (DsPageInterface *iface)
{
  iface->get_title = get_title;
  iface->describe = describe;
}

/* A cell of the table; figures stand to the right. */
static GtkWidget *
make_cell (const char *text, gboolean figure, const char *css_class)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), figure ? 1 : 0);
  gtk_widget_set_hexpand (label, !figure);
  gtk_label_set_wrap (GTK_LABEL (label), !figure); /* an amount is never broken */
  gtk_widget_add_css_class (label, "numeric");
  if (css_class != NULL)
    gtk_widget_add_css_class (label, css_class);
  return label;
}

static void
add_table_row (DsStatementPage *self,
               int row,
               const char *name,
               gint64 device_fen,
               gint64 depot_fen,
               const char *css_class)
{
  g_autofree char *device = ds_format_yuan (device_fen);
  g_autofree char *depot = ds_format_yuan (depot_fen);
  g_autofree char *label = g_strdup_printf ("%s: %s, %s", name, device, depot);
  GtkWidget *cell = make_cell (depot, TRUE, css_class);

  if (device_fen != depot_fen)
    gtk_widget_add_css_class (cell, "differs");
  gtk_grid_attach (self->table, make_cell (name, FALSE, css_class), 0, row, 1, 1);
  gtk_grid_attach (self->table, make_cell (device, TRUE, css_class), 1, row, 1, 1);
  gtk_grid_attach (self->table, cell, 2, row, 1, 1);
  gtk_accessible_update_property (GTK_ACCESSIBLE (cell), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
}

static void
show_table (DsStatementPage *self, const DsSignedStatement *statement)
{
  gint64 cash_device_fen = statement->cash_expected_fen - statement->float_fen;
  gint64 cash_depot_fen = statement->cash_counted_fen - statement->float_fen;
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self->table))) != NULL)
    gtk_grid_remove (self->table, child);

  gtk_grid_attach (self->table, make_cell (_ ("In yuan"), FALSE, "dim-label"), 0, 0, 1, 1);
  gtk_grid_attach (self->table, make_cell (_ ("This device"), TRUE, "dim-label"), 1, 0, 1, 1);
  gtk_grid_attach (self->table, make_cell (_ ("Depot"), TRUE, "dim-label"), 2, 0, 1, 1);
  add_table_row (self, 1, _ ("Digital RMB"), statement->digital_device_fen, statement->digital_operator_fen,
                 NULL);
  add_table_row (self, 2, _ ("Offline, settled"), statement->voucher_device_fen,
                 statement->voucher_operator_fen, NULL);
  add_table_row (self, 3, _ ("Cash"), cash_device_fen, cash_depot_fen, NULL);
  add_table_row (self, 4, _ ("Total"),
                 statement->digital_device_fen + statement->voucher_device_fen + cash_device_fen,
                 statement->digital_operator_fen + statement->voucher_operator_fen + cash_depot_fen, "sum");
}

static void
show_cash (DsStatementPage *self, const DsSignedStatement *statement)
{
  gboolean agrees = statement->cash_expected_fen == statement->cash_counted_fen;
  g_autofree char *counted = ds_format_money (statement->cash_counted_fen);
  g_autofree char *expected = ds_format_money (statement->cash_expected_fen);
  g_autofree char *float_text = ds_format_money (statement->float_fen);
  g_autofree char *text = NULL;
  DsWords words = { "ds-cash-symbolic", agrees ? _ ("The cash agrees") : _ ("The cash differs"),
                    agrees ? "paid" : "failed" };

  if (agrees)
    /* Translators: counted cash, and the float in it */
    text = g_strdup_printf (_ ("%s · with the float of %s"), counted, float_text);
  else
    text = g_strdup_printf (_ ("Counted %s, expected %s"), counted, expected);
  ds_info_row_set_words (self->cash, &words);
  ds_info_row_set_subtitle (self->cash, text);
}

static void
show_parts (DsStatementPage *self, const DsSignedStatement *statement)
{
  g_autofree char *parts = ds_words_for_parts (statement->red_packet_fen, statement->refunded_fen, 0);

  gtk_label_set_text (self->parts, parts != NULL ? parts : "");
  gtk_widget_set_visible (GTK_WIDGET (self->parts), parts != NULL);
}

static void
show_differences (DsStatementPage *self, const DsSignedStatement *statement)
{
  GtkListBoxRow *row;

  while ((row = gtk_list_box_get_row_at_index (self->differences, 0)) != NULL)
    gtk_list_box_remove (self->differences, GTK_WIDGET (row));
  g_clear_pointer (&self->first_case_stop, g_free);

  for (guint i = 0; i < statement->lines->len; i++)
    {
      const DsStatementLine *line = g_ptr_array_index (statement->lines, i);

      if (g_strcmp0 (line->verdict, "matched") == 0)
        continue;
      gtk_list_box_append (self->differences,
                           GTK_WIDGET (ds_difference_row_new (
                               line, ds_route_find (ds_session_get_route (self->session), line->stop_id))));
      if (self->first_case_stop == NULL
          && ds_route_find (ds_session_get_route (self->session), line->stop_id) != NULL)
        self->first_case_stop = g_strdup (line->stop_id);
    }
  gtk_widget_set_visible (GTK_WIDGET (self->differences), statement->lines->len > statement->n_matched);
  gtk_widget_set_visible (GTK_WIDGET (self->resolve), self->first_case_stop != NULL);
}

static void
show_overrides (DsStatementPage *self, const DsSignedStatement *statement)
{
  GtkListBoxRow *row;

  while ((row = gtk_list_box_get_row_at_index (self->overrides, 0)) != NULL)
    gtk_list_box_remove (self->overrides, GTK_WIDGET (row));
  for (guint i = 0; i < statement->overrides->len; i++)
    {
      const DsStatementOverride *override = g_ptr_array_index (statement->overrides, i);
      DsStop *stop = ds_route_find (ds_session_get_route (self->session), override->stop_id);
      g_autofree char *limits = ds_words_for_limits (override->limits);
      /* Translators: the clerk's name */
      g_autofree char *by = override->clerk != NULL
                                ? g_strdup_printf (_ ("Permitted by %s"), override->clerk)
                                : g_strdup (_ ("No clerk gave this permission: show it to the clerk"));
      g_autofree char *text = g_strdup_printf ("%s\n%s", limits, by);
      /* Translators: the number of the stop on the route */
      g_autofree char *title = stop != NULL
                                   ? g_strdup_printf (_ ("Limit lifted · stop %d"), (int)stop->position)
                                   : g_strdup (_ ("Limit lifted"));
      DsInfoRow *info = ds_info_row_new ("call-start-symbolic", title, text);

      ds_info_row_set_amount (info, override->amount_fen);
      gtk_list_box_append (self->overrides, GTK_WIDGET (info));
    }
  gtk_widget_set_visible (GTK_WIDGET (self->overrides), statement->overrides->len > 0);
}

static void
show_verdict (DsStatementPage *self, const DsSignedStatement *statement)
{
  guint n_differing = statement->lines->len - statement->n_matched;
  const char *css_class = statement->balanced ? "paid" : "failed";
  g_autofree char *verdict = NULL;
  g_autofree char *summary = NULL;

  if (statement->balanced)
    verdict = g_strdup (_ ("Balanced"));
  else if (n_differing == 0)
    verdict = g_strdup (_ ("The cash differs"));
  else
    verdict = g_strdup_printf (ngettext ("%u item differs", "%u items differ", n_differing), n_differing);
  summary = g_strdup_printf (
      ngettext ("Difference · %u payment matches", "Difference · %u payments match", statement->n_matched),
      statement->n_matched);

  gtk_image_set_from_icon_name (self->verdict_icon,
                                statement->balanced ? "ds-paid-symbolic" : "dialog-warning-symbolic");
  gtk_label_set_text (self->verdict, verdict);
  gtk_label_set_text (self->summary, summary);
  ds_money_label_set (self->difference, statement->difference_fen);
  for (gsize i = 0; i < 2; i++)
    {
      GtkWidget *widget = i == 0 ? GTK_WIDGET (self->verdict_icon) : GTK_WIDGET (self->verdict);

      gtk_widget_remove_css_class (widget, "paid");
      gtk_widget_remove_css_class (widget, "failed");
      gtk_widget_add_css_class (widget, css_class);
    }
  if (statement->balanced)
    gtk_widget_remove_css_class (GTK_WIDGET (self->difference), "differs");
  else
    gtk_widget_add_css_class (GTK_WIDGET (self->difference), "differs");
}

static void
show_statement (DsStatementPage *self, const DsSignedStatement *statement)
{
  const DsIdentity *identity = ds_store_get_identity (ds_session_get_store (self->session));
  g_autofree char *clock = ds_format_clock (statement->at_ms);
  g_autofree char *signature = g_strdup_printf (_ ("Signed by the depot · %s"), clock);
  g_autofree char *day = ds_format_accounting_date (statement->accounting_date);
  g_autofree char *subtitle = g_strdup_printf ("%s · %s", day, identity->depot_name);

  adw_window_title_set_subtitle (self->window_title, subtitle);
  show_verdict (self, statement);
  show_table (self, statement);
  show_parts (self, statement);
  show_cash (self, statement);
  show_differences (self, statement);
  show_overrides (self, statement);
  gtk_label_set_text (self->signature, signature);
  gtk_stack_set_visible_child_name (self->stack, "statement");
}

static void
shift_changed (DsStatementPage *self)
{
  DsStore *store = ds_session_get_store (self->session);
  DsShift *shift = self->own_shift != NULL ? self->own_shift : ds_store_get_shift (store);
  g_autoptr (DsSignedStatement) statement = NULL;
  g_autoptr (GError) error = NULL;

  /* Another shift was opened meanwhile: what is shown stays what it was. */
  if (shift == NULL || shift->closed_at_ms == 0)
    return;
  g_free (self->shift_id);
  self->shift_id = g_strdup (shift->id);
  ds_shift_files_set_shift (self->files, self->session, shift);
  if (shift->statement == NULL)
    {
      g_autofree char *day = ds_format_accounting_date (shift->accounting_date);

      adw_window_title_set_subtitle (self->window_title, day);
      gtk_widget_set_visible (GTK_WIDGET (self->resolve), FALSE);
      gtk_stack_set_visible_child_name (self->stack, "none");
      return;
    }

  statement = ds_signed_statement_read (
      shift->statement, ds_identity_find_key (ds_store_get_identity (store), shift->statement), shift->id,
      &error);
  if (statement != NULL)
    {
      show_statement (self, statement);
      return;
    }
  gtk_label_set_text (self->problem, error->message);
  gtk_widget_set_visible (GTK_WIDGET (self->resolve), FALSE);
  gtk_stack_set_visible_child_name (self->stack, "problem");
}

static void
resolve_clicked (DsStatementPage *self)
{
  gtk_widget_activate_action (GTK_WIDGET (self), "win.open-stop", "s", self->first_case_stop);
}

static void
ds_statement_page_dispose (GObject *object)
{
  DsStatementPage *self = DS_STATEMENT_PAGE (object);

  g_clear_object (&self->session);
  g_clear_object (&self->own_shift);
  gtk_widget_dispose_template (GTK_WIDGET (self), DS_TYPE_STATEMENT_PAGE);

  G_OBJECT_CLASS (ds_statement_page_parent_class)->dispose (object);
}

static void
ds_statement_page_finalize (GObject *object)
{
  DsStatementPage *self = DS_STATEMENT_PAGE (object);

  g_free (self->first_case_stop);
  g_free (self->shift_id);

  G_OBJECT_CLASS (ds_statement_page_parent_class)->finalize (object);
}

static void
ds_statement_page_class_init (DsStatementPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = ds_statement_page_dispose;
  G_OBJECT_CLASS (klass)->finalize = ds_statement_page_finalize;

  g_type_ensure (DS_TYPE_INFO_ROW);
  g_type_ensure (DS_TYPE_SHIFT_FILES);
  gtk_widget_class_set_template_from_resource (widget_class, "/cn/doorstep/Doorstep/ds-statement-page.ui");
  gtk_widget_class_bind_template_child (widget_class, DsStatementPage, window_title);
  gtk_widget_class_bind_template_child (widget_class, DsStatementPage, stack);
  gtk_widget_class_bind_template_child (widget_class, DsStatementPage, problem);
  gtk_widget_class_bind_template_child (widget_class, DsStatementPage, verdict_icon);
  gtk_widget_class_bind_template_child (widget_class, DsStatementPage, verdict);
  gtk_widget_class_bind_template_child (widget_class, DsStatementPage, difference);
  gtk_widget_class_bind_template_child (widget_class, DsStatementPage, summary);
  gtk_widget_class_bind_template_child (widget_class, DsStatementPage, table);
  gtk_widget_class_bind_template_child (widget_class, DsStatementPage, parts);
  gtk_widget_class_bind_template_child (widget_class, DsStatementPage, cash);
  gtk_widget_class_bind_template_child (widget_class, DsStatementPage, differences);
  gtk_widget_class_bind_template_child (widget_class, DsStatementPage, overrides);
  gtk_widget_class_bind_template_child (widget_class, DsStatementPage, signature);
  gtk_widget_class_bind_template_child (widget_class, DsStatementPage, files);
  gtk_widget_class_bind_template_child (widget_class, DsStatementPage, resolve);
  gtk_widget_class_bind_template_callback (widget_class, resolve_clicked);
}

static void
ds_statement_page_init (DsStatementPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

DsStatementPage *
ds_statement_page_new (DsSession *session)
{
  DsStatementPage *self;

  g_return_val_if_fail (DS_IS_SESSION (session), NULL);

  self = g_object_new (DS_TYPE_STATEMENT_PAGE, NULL);
  self->session = g_object_ref (session);
  g_signal_connect_object (ds_session_get_store (session), "notify::shift", G_CALLBACK (shift_changed), self,
                           G_CONNECT_SWAPPED);
  shift_changed (self);
  return self;
}

DsStatementPage *
ds_statement_page_new_for_shift (DsSession *session, DsShift *shift)
{
  DsStatementPage *self;

  g_return_val_if_fail (DS_IS_SESSION (session), NULL);
  g_return_val_if_fail (DS_IS_SHIFT (shift), NULL);

  self = g_object_new (DS_TYPE_STATEMENT_PAGE, NULL);
  self->session = g_object_ref (session);
  self->own_shift = g_object_ref (shift);
  shift_changed (self);
  return self;
}
