/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "shift.h"

#include "ds-decoder.h"
#include "ds-money.h"
#include "ds-qr.h"
#include "ds-test-window.h"

#include <glib/gi18n.h>
#include <stdlib.h>

/* Telling */

void
shift_tell (const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list arguments;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_print ("• %s\n", text);
}

char *
shift_format_yuan (gint64 amount_fen)
{
  char text[DS_MONEY_TEXT_SIZE];

  return g_strdup (ds_money_format_grouped (amount_fen, text));
}

char *
shift_picture (Shift *shift, const char *name)
{
  g_autofree char *file = g_strdup_printf ("%02u-%s.png", ++shift->n_pictures, name);
  char *path = g_build_filename (shift->pictures, file, NULL);

  ds_test_save_picture (shift->window, path);
  return path;
}

void
shift_take_picture (Shift *shift, const char *name)
{
  g_free (shift_picture (shift, name));
}

/* The world outside the window */

static gboolean
is_online (gpointer user_data)
{
  Shift *shift = user_data;

  return ds_door_get_online (ds_session_get_door (shift->session));
}

static gboolean
is_offline (gpointer user_data)
{
  return !is_online (user_data);
}

gboolean
shift_all_sent (gpointer user_data)
{
  Shift *shift = user_data;

  return ds_store_get_n_unsent (ds_session_get_store (shift->session)) == 0;
}

void
shift_cut_line (Shift *shift)
{
  ds_company_set_line (shift->company, FALSE);
  ds_test_wait (is_offline, shift, "the handheld to notice that the line is cut");
  shift_tell ("The line to the depot is cut.");
}

void
shift_restore_line (Shift *shift)
{
  ds_company_set_line (shift->company, TRUE);
  ds_link_wake (ds_session_get_link (shift->session));
  ds_test_wait (is_online, shift, "the handheld to be online again");
  ds_test_wait (shift_all_sent, shift, "everything to be sent");
  shift_tell ("The line is back; everything was sent.");
}

/* Choosing doors */

static gboolean
suits (DsStop *stop, gboolean prepaid, guint n_parcels)
{
  DsDebt debt;

  for (guint i = 0; i < stop->parcels->len; i++)
    {
      if (!prepaid && ((DsParcel *)g_ptr_array_index (stop->parcels, i))->prepaid)
        return FALSE; /* something is due for each parcel, so that any of them may be refused */
    }
  ds_stop_get_debt (stop, &debt);
  if (prepaid)
    return ds_stop_get_status (stop) == DS_STOP_TO_DELIVER;
  return ds_stop_get_status (stop) == DS_STOP_TO_COLLECT && stop->parcels->len == n_parcels
         && debt.open_fen > 200 && debt.open_fen <= 50000;
}

DsStop *
shift_find_door (Shift *shift, gboolean prepaid, guint n_parcels)
{
  GPtrArray *stops = ds_route_get_stops (ds_session_get_route (shift->session));

  for (guint i = 0; i < stops->len; i++)
    {
      DsStop *stop = g_ptr_array_index (stops, i);

      if (suits (stop, prepaid, n_parcels) && g_hash_table_add (shift->visited, g_strdup (stop->id)))
        return g_object_ref (stop);
    }
  return NULL;
}

DsStop *
shift_next_door (Shift *shift, gboolean prepaid, guint n_parcels)
{
  DsStop *stop = shift_find_door (shift, prepaid, n_parcels);

  if (stop != NULL)
    return stop;
  g_printerr ("The route has no suitable stop left (%s, %u parcels).\n", prepaid ? "prepaid" : "to collect",
              n_parcels);
  exit (EXIT_FAILURE);
}

void
shift_open_stop (Shift *shift, DsStop *stop)
{
  gtk_widget_activate_action (shift->window, "win.show-tab", "s", "route");
  gtk_widget_activate_action (shift->window, "win.open-stop", "s", stop->id);
  ds_test_settle (shift->window);
}

void
shift_open_collect (Shift *shift, DsStop *stop)
{
  shift_open_stop (shift, stop);
  ds_test_press (shift->window, _ ("Collect"));
}

gint64
shift_get_open_fen (DsStop *stop)
{
  DsDebt debt;

  ds_stop_get_debt (stop, &debt);
  return debt.open_fen;
}

void
shift_show_to_handheld (Shift *shift, const char *path)
{
  ds_test_copy_picture (shift->window, path);
  ds_test_press (shift->window, _ ("Paste a code or a picture of one"));
}

char *
shift_read_picture (const char *path)
{
  g_autofree char *contents = NULL;
  gsize length;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GPtrArray) symbols = NULL;

  g_file_get_contents (path, &contents, &length, &error);
  g_assert_no_error (error);
  bytes = g_bytes_new_take (g_steal_pointer (&contents), length);
  symbols = ds_decode_picture (bytes, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (symbols->len, ==, 1);
  return g_strdup (((DsSymbol *)g_ptr_array_index (symbols, 0))->text);
}

void
shift_draw_picture (const char *text, const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DsQr) symbol = ds_qr_new (text, DS_QR_LEVEL_M, &error);

  g_assert_no_error (error);
  ds_qr_save (symbol, path, 4, &error);
  g_assert_no_error (error);
}
