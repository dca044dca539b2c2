/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The line between handheld and depot breaks after every single byte of what is sent and of what is answered, from the
 * first of the handshake on, while money is being told. Nothing arrives twice, and at last everything has arrived. */
#include "config.h"

#include "campaign.h"
#include "company.h"
#include "proxy.h"

#define N_STOPS 50
#define DUE_FEN 1000000
#define PART_FEN 100

typedef struct
{
  Company *company;
  Proxy *proxy;
  Handheld *handheld;
  guint n_taken;
} Scene;

static gboolean
wake (gpointer user_data)
{
  DsLink *link = user_data;

  if (!ds_link_get_online (link))
    ds_link_wake (link);
  return G_SOURCE_REMOVE;
}

/* Whoever stands at the door presses "Try again" at once. */
static void
busy_changed (DsLink *link, GParamSpec *pspec, gpointer user_data)
{
  g_idle_add_full (G_PRIORITY_DEFAULT, wake, g_object_ref (link), g_object_unref);
}

static void
set_up (Scene *scene, gconstpointer data)
{
  g_autoptr (GString) route
      = g_string_new ("waybill,recipient,phone,address,place,window,due,prepaid,note\n");

  for (guint i = 0; i < N_STOPS; i++)
    g_string_append_printf (route, "DS%02u,李小华,170123401%02u,文三路 %u 号,西湖,09:00-11:00,10000.00,no,\n",
                            i, i, i + 1);
  scene->company = company_new ();
  scene->proxy = proxy_new (ds_depot_get_address (scene->company->depot));
  company_import (scene->company, COMPANY_COURIER, route->str);
  scene->handheld = handheld_new (scene->company, "handheld");
  handheld_enrol (scene->handheld, COMPANY_COURIER, proxy_get_address (scene->proxy));
  handheld_sync (scene->handheld);
  g_signal_connect (scene->handheld->link, "notify::busy", G_CALLBACK (busy_changed), scene->handheld);
  handheld_open_shift (scene->handheld, 0);
  handheld_sync (scene->handheld);
}

static void
tear_down (Scene *scene, gconstpointer data)
{
  handheld_free (scene->handheld);
  proxy_free (scene->proxy);
  company_free (scene->company);
}

/* Some of what a stop owes is paid in cash. */
static void
take_part (Scene *scene)
{
  g_autofree char *waybill = g_strdup_printf ("DS%02u", scene->n_taken % N_STOPS);
  g_autoptr (DsStop) stop = handheld_find_stop (scene->handheld, waybill);
  const char *const waybills[] = { waybill, NULL };
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (DsStop) changed = NULL;
  g_autoptr (GError) error = NULL;

  ds_door_take_cash_async (scene->handheld->door, stop->id, waybills, PART_FEN, PART_FEN, FALSE, NULL,
                           company_keep_result, &result);
  WAIT_UNTIL (result != NULL);
  changed = ds_door_take_cash_finish (scene->handheld->door, result, NULL, &error);
  g_assert_no_error (error);
  scene->n_taken++;
}

/* Returns: (transfer full) (nullable): what is wrong once the line is good again. */
static char *
check (Scene *scene)
{
  gint64 cash_fen, expected_fen = (gint64)scene->n_taken * PART_FEN;

  proxy_cut_replies_after (scene->proxy, -1);
  proxy_cut_requests_after (scene->proxy, -1);
  handheld_sync (scene->handheld);
  cash_fen = company_get_balance_fen (scene->company, "cash:" COMPANY_COURIER);
  if (cash_fen == expected_fen && ds_store_get_n_unsent (scene->handheld->store) == 0
      && ds_store_get_health (scene->handheld->store) == DS_STORE_HEALTHY)
    return NULL;
  return g_strdup_printf ("the depot has %" G_GINT64_FORMAT " in cash, not %" G_GINT64_FORMAT, cash_fen,
                          expected_fen);
}

/* One cut. Returns: whether there were so many bytes to cut behind. */
static gboolean
cut_after (Scene *scene, Campaign *campaign, gint64 n_bytes, gboolean replies)
{
  guint n_cuts = proxy_get_n_cuts (scene->proxy);
  guint n_caught_up = scene->handheld->n_caught_up;
  g_autofree char *wrong = NULL;

  if (replies)
    proxy_cut_replies_after (scene->proxy, n_bytes);
  else
    proxy_cut_requests_after (scene->proxy, n_bytes);
  take_part (scene);
  ds_link_wake (scene->handheld->link);
  WAIT_UNTIL (proxy_get_n_cuts (scene->proxy) > n_cuts || scene->handheld->n_caught_up > n_caught_up);
  if (proxy_get_n_cuts (scene->proxy) == n_cuts)
    return FALSE;
  campaign->n_cases++;
  wrong = check (scene);
  if (wrong != NULL)
    campaign_note_violation (campaign, (guint32)n_bytes, wrong);
  return TRUE;
}

/* In the normal run about every 24th byte, each time others; DS_CASES=100000 takes every one. */
static void
test_cut (Scene *scene, gconstpointer data)
{
  gboolean replies = data != NULL;
  Campaign campaign;
  guint stride;
  gint64 n_bytes;

  campaign_begin (&campaign, replies ? "cut-replies" : "cut-requests", 0);
  stride = campaign.n_wanted >= 100000 ? 1 : 24;
  for (n_bytes = campaign.first_seed % stride; cut_after (scene, &campaign, n_bytes, replies);)
    n_bytes += stride;
  g_test_message ("the last cut was behind %" G_GINT64_FORMAT " bytes", n_bytes - stride);
  g_assert_cmpint (n_bytes, >, 1000);
  g_assert_cmpuint (handheld_count_problems (scene->handheld, "quarantined"), ==, 0);
  campaign_end (&campaign);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add ("/scenario/cut/requests", Scene, NULL, set_up, test_cut, tear_down);
  g_test_add ("/scenario/cut/replies", Scene, "replies", set_up, test_cut, tear_down);
  return g_test_run ();
}
