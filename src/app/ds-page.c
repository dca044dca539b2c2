/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ds-page.h"

G_DEFINE_INTERFACE (DsPage, ds_page, GTK_TYPE_WIDGET)

static void
ds_page_default_init (DsPageInterface *iface)
{
}

const char *
ds_page_get_title (DsPage *self)
{
  g_return_val_if_fail (DS_IS_PAGE (self), NULL);

  return DS_PAGE_GET_IFACE (self)->get_title (self);
}

gboolean
ds_page_handle_scan (DsPage *self, const char *text)
{
  DsPageInterface *iface;

  g_return_val_if_fail (DS_IS_PAGE (self), FALSE);
  g_return_val_if_fail (text != NULL, FALSE);

  iface = DS_PAGE_GET_IFACE (self);
  return iface->handle_scan != NULL && iface->handle_scan (self, text);
}

gboolean
ds_page_can_leave (DsPage *self)
{
  DsPageInterface *iface;

  g_return_val_if_fail (DS_IS_PAGE (self), TRUE);

  iface = DS_PAGE_GET_IFACE (self);
  return iface->can_leave == NULL || iface->can_leave (self);
}
