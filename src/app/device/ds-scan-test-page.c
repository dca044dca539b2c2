/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-scan-test-page.h"

#include "ds-preferences.h"
#include "ds-viewfinder.h"

#include <glib/gi18n.h>

struct _DsScanTestPage
{
  GtkBox parent;

  DsSession *session;

  DsViewfinder *viewfinder;
  GtkLabel *words;
  GtkLabel *source;
  GtkLabel *text;
};

static void page_init (DsPageInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (DsScanTestPage,
                               ds_scan_test_page,
                               GTK_TYPE_BOX,
                               G_IMPLEMENT_INTERFACE (DS_TYPE_PAGE, page_init))

static const char *
get_title (DsPage *page)
{
  return _ ("Scanning test");
}

static void
show (DsScanTestPage *self, const char *source, const char *text)
{
  g_autofree char *heading
      = g_strdup_printf (ngettext ("%s: %d character", "%s: %d characters", (gulong)g_utf8_strlen (text, -1)),
                         source, (int)g_utf8_strlen (text, -1));

  gtk_label_set_text (self->source, heading);
  gtk_label_set_text (self->text, text);
}

static gboolean
handle_scan (DsPage *page, const char *text)
{
  show (DS_SCAN_TEST_PAGE (page), _ ("Scan engine"), text);
  return TRUE;
}

static void
page_init (DsPageInterface *iface)
{
  iface->get_title = get_title;
  iface->handle_scan = handle_scan;
}

static void
show_words (DsScanTestPage *self)
{
  const char *words = ds_viewfinder_get_words (self->viewfinder);

  gtk_label_set_text (self->words, words != NULL ? words : "");
}

static void
did_scan (DsScanTestPage *self, const char *text)
{
  show (self, _ ("Camera"), text);
}

static void
did_scan_several (DsScanTestPage *self, char **texts)
{
  show (self, _ ("Camera"), texts[0]);
}

static void
again_clicked (DsScanTestPage *self)
{
  gtk_label_set_text (self->source, _ ("Hold any code before the camera, or press the scan key."));
  gtk_label_set_text (self->text, "");
  ds_viewfinder_resume (self->viewfinder);
}

static void
ds_scan_test_page_dispose (GObject *object)
{
  DsScanTestPage *self = DS_SCAN_TEST_PAGE (object);

  g_clear_object (&self->session);
  gtk_widget_dispose_template (GTK_WIDGET (self), DS_TYPE_SCAN_TEST_PAGE);

  G_OBJECT_CLASS (ds_scan_test_page_parent_class)->dispose (object);
}

static void
ds_scan_test_page_class_init (DsScanTestPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = ds_scan_test_page_dispose;

  g_type_ensure (DS_TYPE_VIEWFINDER);
  gtk_widget_class_set_template_from_resource (widget_class, "/cn/doorstep/Doorstep/ds-scan-test-page.ui");
  gtk_widget_class_bind_template_child (widget_class, DsScanTestPage, viewfinder);
  gtk_widget_class_bind_template_child (widget_class, DsScanTestPage, words);
  gtk_widget_class_bind_template_child (widget_class, DsScanTestPage, source);
  gtk_widget_class_bind_template_child (widget_class, DsScanTestPage, text);
  gtk_widget_class_bind_template_callback (widget_class, did_scan);
  gtk_widget_class_bind_template_callback (widget_class, did_scan_several);
  gtk_widget_class_bind_template_callback (widget_class, show_words);
  gtk_widget_class_bind_template_callback (widget_class, again_clicked);
}

static void
ds_scan_test_page_init (DsScanTestPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

DsScanTestPage *
ds_scan_test_page_new (DsSession *session)
{
  DsScanTestPage *self;
  g_autoptr (GSettings) preferences = ds_preferences_new ();

  g_return_val_if_fail (DS_IS_SESSION (session), NULL);

  self = g_object_new (DS_TYPE_SCAN_TEST_PAGE, NULL);
  self->session = g_object_ref (session);
  if (preferences != NULL)
    {
      g_autofree char *id = g_settings_get_string (preferences, "camera");
      g_autofree char *source = g_settings_get_string (preferences, "camera-source");

      ds_viewfinder_set_camera (self->viewfinder, id, source);
    }
  ds_viewfinder_set_wanted (self->viewfinder, DS_SCAN_WAYBILL | DS_SCAN_EVIDENCE | DS_SCAN_PAYER);
  show_words (self);
  return self;
}
