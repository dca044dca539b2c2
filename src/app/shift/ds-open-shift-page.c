/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-open-shift-page.h"

#include "ds-format.h"
#include "ds-money.h"
#include "ds-navigator.h"

#include <glib/gi18n.h>

struct _DsOpenShiftPage
{
  GtkBox parent;

  DsSession *session;
  GCancellable *cancellable;

  GtkLabel *hello;
  GtkEntry *entry;
  GtkLabel *problem;
  GtkButton *open;
};

static void page_init (DsPageInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (DsOpenShiftPage,
                               ds_open_shift_page,
                               GTK_TYPE_BOX,
                               G_IMPLEMENT_INTERFACE (DS_TYPE_PAGE, page_init))

static const char *
get_title (DsPage *page)
{
  return _ ("Open a shift");
}

/* The one thing that is done here is to type. */
static GtkWidget *
get_first (DsPage *page)
{
  return GTK_WIDGET (DS_OPEN_SHIFT_PAGE (page)->entry);
}

static void
page_init (DsPageInterface *iface)
{
  iface->get_title = get_title;
  iface->get_first = get_first;
}

/* An empty field is no float: many couriers start without one. */
static gboolean
get_float_fen (DsOpenShiftPage *self, gint64 *float_fen, GError **error)
{
  const char *text = gtk_editable_get_text (GTK_EDITABLE (self->entry));

  if (*text == '\0')
    {
      *float_fen = 0;
      return TRUE;
    }
  return ds_money_parse (text, float_fen, error);
}

static void
show_problem (DsOpenShiftPage *self, const char *text)
{
  gtk_label_set_text (self->problem, text != NULL ? text : "");
  gtk_widget_set_visible (GTK_WIDGET (self->problem), text != NULL);
}

static void
float_changed (DsOpenShiftPage *self)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *money = NULL;
  g_autofree char *label = NULL;
  gint64 float_fen;
  gboolean good = get_float_fen (self, &float_fen, &error);

  show_problem (self, good ? NULL : error->message);
  gtk_widget_set_sensitive (GTK_WIDGET (self->open), good);
  if (!good)
    return;
  money = ds_format_money (float_fen);
  /* Translators: a button with the float: "Open with ¥200.00" */
  label = float_fen > 0 ? g_strdup_printf (_ ("Open with %s"), money) : g_strdup (_ ("Open without a float"));
  gtk_button_set_label (self->open, label);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->open), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
}

static void
did_open (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (DsOpenShiftPage) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (DsShift) shift = ds_door_open_shift_finish (DS_DOOR (source), result, &error);
  DsNavigator *navigator = ds_navigator_of (GTK_WIDGET (self));

  if (shift != NULL && navigator != NULL)
    ds_navigator_pop (navigator, DS_PAGE (self));
  if (shift != NULL || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  show_problem (self, error->message);
  gtk_widget_set_sensitive (GTK_WIDGET (self->open), TRUE);
}

static void
open_clicked (DsOpenShiftPage *self)
{
  gint64 float_fen;

  if (!gtk_widget_is_sensitive (GTK_WIDGET (self->open)) || !get_float_fen (self, &float_fen, NULL))
    return;
  gtk_widget_set_sensitive (GTK_WIDGET (self->open), FALSE);
  ds_door_open_shift_async (ds_session_get_door (self->session), float_fen, self->cancellable, did_open,
                            g_object_ref (self));
}

static void
ds_open_shift_page_dispose (GObject *object)
{
  DsOpenShiftPage *self = DS_OPEN_SHIFT_PAGE (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->session);
  gtk_widget_dispose_template (GTK_WIDGET (self), DS_TYPE_OPEN_SHIFT_PAGE);

  G_OBJECT_CLASS (ds_open_shift_page_parent_class)->dispose (object);
}

static void
ds_open_shift_page_finalize (GObject *object)
{
  g_object_unref (DS_OPEN_SHIFT_PAGE (object)->cancellable);

  G_OBJECT_CLASS (ds_open_shift_page_parent_class)->finalize (object);
}

static void
ds_open_shift_page_class_init (DsOpenShiftPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = ds_open_shift_page_dispose;
  G_OBJECT_CLASS (klass)->finalize = ds_open_shift_page_finalize;

  gtk_widget_class_set_template_from_resource (widget_class, "/cn/doorstep/Doorstep/ds-open-shift-page.ui");
  gtk_widget_class_bind_template_child (widget_class, DsOpenShiftPage, hello);
  gtk_widget_class_bind_template_child (widget_class, DsOpenShiftPage, entry);
  gtk_widget_class_bind_template_child (widget_class, DsOpenShiftPage, problem);
  gtk_widget_class_bind_template_child (widget_class, DsOpenShiftPage, open);
  gtk_widget_class_bind_template_callback (widget_class, float_changed);
  gtk_widget_class_bind_template_callback (widget_class, open_clicked);
}

static void
ds_open_shift_page_init (DsOpenShiftPage *self)
{
  self->cancellable = g_cancellable_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
}

DsOpenShiftPage *
ds_open_shift_page_new (DsSession *session)
{
  DsOpenShiftPage *self;
  const DsIdentity *identity;
  DsShift *last;

  g_return_val_if_fail (DS_IS_SESSION (session), NULL);

  self = g_object_new (DS_TYPE_OPEN_SHIFT_PAGE, NULL);
  self->session = g_object_ref (session);
  identity = ds_store_get_identity (ds_session_get_store (session));
  if (identity != NULL)
    {
      /* Translators: a greeting with the courier's name */
      g_autofree char *hello = g_strdup_printf (_ ("Hello, %s"), identity->courier_name);

      gtk_label_set_text (self->hello, hello);
    }
  /* Most couriers take the same float every day. */
  last = ds_store_get_shift (ds_session_get_store (session));
  if (last != NULL && last->float_fen > 0)
    {
      char text[DS_MONEY_TEXT_SIZE];

      gtk_editable_set_text (GTK_EDITABLE (self->entry), ds_money_format (last->float_fen, text));
    }
  float_changed (self);
  return self;
}
