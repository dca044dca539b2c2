/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "app-fixture.h"

#include "ds-appearance.h"
#include "ds-evidence.h"
#include "ds-id.h"
#include "ds-json.h"
#include "ds-jws.h"
#include "ds-lesson.h"
#include "ds-preferences.h"
#include "ds-trust-list.h"
#include "screen-checks.h"

#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>

#define MINUTE_MS (G_GINT64_CONSTANT (60) * 1000)
#define PAYEE "BBEXP1"
#define OPERATOR "003"
/* Nothing listens there. */
#define NOWHERE "https://127.0.0.1:1"

static void
keep_result (GObject *source, GAsyncResult *result, gpointer place)
{
  *(GAsyncResult **)place = g_object_ref (result);
}

static gboolean
has_come (gpointer place)
{
  return *(GAsyncResult **)place != NULL;
}

static GAsyncResult *
wait_for (GAsyncResult **place)
{
  ds_test_wait (has_come, place, "the end of an operation");
  return *place;
}

/* What DsApplication does with them; to the end of the program. */
static void
use_preferences (void)
{
  static DsAppearance *appearance;
  g_autoptr (GSettings) preferences = ds_preferences_new ();
  const char *percent = g_getenv ("DS_PICTURES_TEXT");

  if (percent != NULL)
    g_settings_set_int (preferences, "text-size", atoi (percent));
  if (g_getenv ("DS_PICTURES_CONTRAST") != NULL)
    g_settings_set_string (preferences, "appearance", "high-contrast");
  appearance = ds_appearance_new (preferences);
  g_assert_nonnull (appearance);
}

/* Where two fonts meet in one row, GTK rounds their base lines in some measurements and not in others, and calls that a
 * fault of the widgets: the pixel is its own. */
static GLogWriterOutput
write_log (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer user_data)
{
  for (gsize i = 0; i < n_fields; i++)
    {
      const char *text = g_str_equal (fields[i].key, "MESSAGE") ? fields[i].value : NULL;
      const char *found = text != NULL ? strstr (text, "reports a minimum height of ") : NULL;
      int height, height_for_width;

      if (found != NULL
          && sscanf (found, "reports a minimum height of %d, but minimum height for width of 1048576 is %d",
                     &height, &height_for_width)
                 == 2
          && height_for_width - height == 1)
        return G_LOG_WRITER_HANDLED;
    }
  return g_log_writer_default (level, fields, n_fields, user_data);
}

gboolean
app_fixture_init (void)
{
  g_autoptr (GtkCssProvider) css = NULL;

  const char *translations = g_getenv ("DS_PICTURES_LOCALE");

  if (translations != NULL)
    {
      bindtextdomain (DS_GETTEXT_PACKAGE, translations);
      textdomain (DS_GETTEXT_PACKAGE);
    }
  g_log_set_writer_func (write_log, NULL, NULL);
  if (!gtk_init_check ())
    return FALSE;
  adw_init ();
  ds_test_window_prepare ();
  g_set_prgname (DS_APP_ID);
  /* What AdwApplication does with the resource base path. */
  gtk_icon_theme_add_resource_path (gtk_icon_theme_get_for_display (gdk_display_get_default ()),
                                    "/cn/doorstep/Doorstep/icons");
  css = gtk_css_provider_new ();
  gtk_css_provider_load_from_resource (css, "/cn/doorstep/Doorstep/style.css");
  gtk_style_context_add_provider_for_display (gdk_display_get_default (), GTK_STYLE_PROVIDER (css),
                                              GTK_STYLE_PROVIDER_PRIORITY_APPLICATION);
  use_preferences ();
  if (g_getenv ("DS_PICTURES_DARK") != NULL)
    {
      g_autoptr (GtkCssProvider) dark = gtk_css_provider_new ();

      adw_style_manager_set_color_scheme (adw_style_manager_get_default (), ADW_COLOR_SCHEME_FORCE_DARK);
      gtk_css_provider_load_from_resource (dark, "/cn/doorstep/Doorstep/style-dark.css");
      gtk_style_context_add_provider_for_display (gdk_display_get_default (), GTK_STYLE_PROVIDER (dark),
                                                  GTK_STYLE_PROVIDER_PRIORITY_APPLICATION + 1);
    }
  /* A handheld's shell draws no buttons into the title. */
  g_object_set (gtk_settings_get_default (), "gtk-decoration-layout", ":", NULL);
  return TRUE;
}

static gboolean
is_open (gpointer user_data)
{
  return ds_session_get_phase (user_data) != DS_PHASE_OPENING;
}

static void
set_size (AppFixture *self)
{
  int width_px = 360, height_px = 720;

  if (g_getenv ("DS_PICTURES_WIDE") != NULL)
    {
      width_px = 720;
      height_px = 360;
    }
  else if (g_getenv ("DS_PICTURES_DESKTOP") != NULL)
    {
      width_px = 1280;
      height_px = 800;
    }
  gtk_window_set_default_size (GTK_WINDOW (self->window), width_px, height_px);
}

static void
open_window (AppFixture *self)
{
  self->window = GTK_WIDGET (ds_window_new (NULL, self->session));
  set_size (self);
}

static AppFixture *
make_fixture (gboolean is_practice)
{
  AppFixture *self = g_new0 (AppFixture, 1);
  g_autoptr (DsRandom) random = ds_random_new_seeded (7);
  g_autoptr (GError) error = NULL;

  self->directory = g_dir_make_tmp ("doorstep-app-XXXXXX", &error);
  g_assert_no_error (error);
  self->clock = ds_manual_clock_new (APP_FIXTURE_START_MS);
  self->depot_key = ds_key_generate (&error);
  g_assert_no_error (error);

  self->session = is_practice ? ds_session_new_for_practice (self->directory, "/nowhere/phone",
                                                             DS_CLOCK (self->clock), random)
                              : ds_session_new (self->directory, DS_CLOCK (self->clock), random);
  open_window (self);
  ds_session_open (self->session);
  gtk_window_present (GTK_WINDOW (self->window));
  ds_test_wait (is_open, self->session, "the store to open");
  g_assert_cmpint (ds_session_get_phase (self->session), ==, DS_PHASE_NEW);
  return self;
}

AppFixture *
app_fixture_new (void)
{
  return make_fixture (FALSE);
}

void
app_fixture_enrol (AppFixture *self)
{
  const DsIdentity identity = {
    .device_id = (char *)"017f22e2-79b0-7cc3-98c4-dc0c0c07398f",
    .address = (char *)NOWHERE,
    .ca_pem = (char *)"-----BEGIN CERTIFICATE-----",
    .depot_key = self->depot_key,
    .depot_name = (char *)"Bluebird Express · Wanghu",
    .courier_id = (char *)"0317",
    .courier_name = (char *)"Han Bo",
    .is_practice = ds_session_is_practice (self->session),
  };
  g_autoptr (GAsyncResult) prepared = NULL;
  g_autoptr (GAsyncResult) enrolled = NULL;
  g_autoptr (DsKey) key = NULL;
  g_autoptr (GError) error = NULL;

  ds_store_prepare_key_async (ds_session_get_store (self->session), NULL, keep_result, &prepared);
  key = ds_store_prepare_key_finish (ds_session_get_store (self->session), wait_for (&prepared), &error);
  g_assert_no_error (error);
  ds_session_enrol_async (self->session, &identity, NULL, keep_result, &enrolled);
  ds_session_enrol_finish (self->session, wait_for (&enrolled), &error);
  g_assert_no_error (error);
}

static void
remove_directory (const char *path)
{
  g_autoptr (GDir) directory = g_dir_open (path, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (directory)) != NULL)
    {
      g_autofree char *file = g_build_filename (path, name, NULL);

      if (g_file_test (file, G_FILE_TEST_IS_DIR))
        remove_directory (file);
      else
        g_assert_cmpint (g_unlink (file), ==, 0);
    }
  g_assert_cmpint (g_rmdir (path), ==, 0);
}

static gboolean
is_gone (gpointer place)
{
  return *(gpointer *)place == NULL;
}

void
app_fixture_open_another_window (AppFixture *self)
{
  gpointer window = self->window;

  g_object_add_weak_pointer (G_OBJECT (self->window), &window);
  gtk_window_destroy (GTK_WINDOW (self->window));
  ds_test_wait (is_gone, &window, "the window to be finalized");
  open_window (self);
  gtk_window_present (GTK_WINDOW (self->window));
}

void
app_fixture_free (AppFixture *self)
{
  gpointer window = self->window;
  gpointer session = self->session;
  gpointer store = ds_session_get_store (self->session);

  g_object_add_weak_pointer (store, &store);
  g_object_add_weak_pointer (G_OBJECT (self->window), &window);
  g_object_add_weak_pointer (G_OBJECT (self->session), &session);
  gtk_window_destroy (GTK_WINDOW (self->window));
  ds_session_close (self->session);
  g_object_unref (self->session);
  ds_test_wait (is_gone, &window, "the window to be finalized");
  ds_test_wait (is_gone, &session, "the session to be finalized");
  ds_test_wait (is_gone, &store, "the store to be finalized");

  g_assert_finalize_object (self->clock);
  ds_key_unref (self->depot_key);
  remove_directory (self->directory);
  g_free (self->directory);
  g_free (self);
}

void
app_fixture_feed (AppFixture *self, const char *type, json_t *data)
{
  g_autoptr (json_t) item
      = json_pack ("{s:I, s:s, s:I, s:o}", "cursor", (json_int_t)++self->cursor, "type", type, "at_ms",
                   (json_int_t)ds_clock_get_wall_ms (DS_CLOCK (self->clock)), "data", data);
  g_autofree char *line = ds_json_to_line (item);
  g_autofree char *lines = g_strconcat (line, "\n", NULL);
  g_autoptr (GBytes) bytes = g_bytes_new (lines, strlen (lines));
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  ds_store_apply_feed_async (ds_session_get_store (self->session), bytes, NULL, keep_result, &result);
  g_assert_cmpint (
      ds_store_apply_feed_finish (ds_session_get_store (self->session), wait_for (&result), &error), ==,
      self->cursor);
  g_assert_no_error (error);
}

json_t *
app_fixture_make_settings (AppFixture *self)
{
  return json_pack ("{s:I, s:s, s:{s:s, s:s}, s:{s:s, s:s, s:s, s:s}, s:b,"
                    " s:{s:I, s:I, s:I, s:I, s:I, s:I, s:I}, s:{s:I, s:I, s:I, s:I, s:I}}",
                    "version", (json_int_t)1, "depot_name", "Bluebird Express · Wanghu", "courier", "id",
                    "0317", "name", "Han Bo", "payee", "id", PAYEE, "name", "Bluebird Express", "city",
                    "HANGZHOU", "mcc", "4215", "built_codes", 1, "limits", "voucher_fen", (json_int_t)50000,
                    "wallet_fen", (json_int_t)50000, "unredeemed_fen", (json_int_t)150000, "unredeemed_count",
                    (json_int_t)20, "voucher_age_s", (json_int_t)86400, "trust_age_s", (json_int_t)86400,
                    "cash_fen", (json_int_t)500000, "timings", "live_code_wait_ms", (json_int_t)3000,
                    "unknown_after_ms", (json_int_t)60000, "query_every_ms", (json_int_t)20000,
                    "payer_code_life_ms", (json_int_t)60000, "built_code_life_ms", (json_int_t)300000);
}

void
app_fixture_feed_operators (AppFixture *self)
{
  const json_int_t now_ms = APP_FIXTURE_START_MS;
  g_autofree char *public_key = ds_key_get_public_hex (self->depot_key);
  g_autoptr (GError) error = NULL;
  g_autofree char *jws = NULL;
  g_autoptr (json_t) payload
      = json_pack ("{s:I, s:I, s:[{s:s, s:s, s:[{s:s, s:I, s:I, s:b}]}]}", "version", now_ms, "issued_at_ms",
                   now_ms, "operators", "id", OPERATOR, "name", "Sandbox Bank", "keys", "public_key",
                   public_key, "not_before_ms", (json_int_t)0, "not_after_ms", now_ms * 2, "revoked", 0);

  jws = ds_trust_list_sign (payload, self->depot_key, &error);
  g_assert_no_error (error);
  app_fixture_feed (self, "operators", json_pack ("{s:s}", "jws", jws));
}

void
app_fixture_feed_limits (AppFixture *self, gint64 voucher_fen, gint64 override_fen)
{
  json_t *settings = app_fixture_make_settings (self);
  json_t *limits = json_object_get (settings, "limits");

  json_object_set_new (settings, "version", json_integer (self->cursor + 1));
  json_object_set_new (limits, "voucher_fen", json_integer (voucher_fen));
  json_object_set_new (limits, "override_fen", json_integer (override_fen));
  app_fixture_feed (self, "settings", settings);
}

char *
app_fixture_make_voucher (AppFixture *self, const char *payment_id, gint64 amount_fen)
{
  const gint64 now_s = APP_FIXTURE_START_MS / 1000;
  g_autoptr (DsKey) key = ds_key_generate (NULL);
  DsWalletCertificate draft = { .operator_id = (char *)OPERATOR,
                                .serial = { 0, 0, 0, 0, 0, 1 },
                                .tier = 4,
                                .voucher_limit_fen = 1000000,
                                .total_limit_fen = 1000000,
                                .not_after_s = now_s + 86400 };
  g_autoptr (DsWalletCertificate) certificate = NULL;
  g_autoptr (DsEvidence) voucher = NULL;
  g_autoptr (GError) error = NULL;

  ds_key_get_public_compressed (key, draft.public_key);
  certificate = ds_wallet_certificate_sign (self->depot_key, &draft, &error);
  g_assert_no_error (error);
  voucher = ds_voucher_sign (key, certificate,
                             &(DsEvidence){ .payment_id = (char *)payment_id,
                                            .amount_fen = amount_fen,
                                            .payee_id = (char *)PAYEE,
                                            .counter = 1,
                                            .at_s = now_s },
                             &error);
  g_assert_no_error (error);
  return ds_evidence_to_text (voucher);
}

/* The doors of the mock-ups; further ones are made up from their number. */
static const struct
{
  const char *recipient, *address, *place, *note;
  gint64 due_fen[3];
  gint64 from_minutes, to_minutes; /* relative to now; both 0: none */
} doors[] = {
  { "Li Xiaohua",
    "Cuihu Court 6-2-1102",
    "Qinghe Rd 66, Wanghu",
    "The bell is broken, please knock",
    { 19800, 8850, -1 },
    -82,
    38 },
  { "Wang Min", "Cuihu Court 8-903", "Qinghe Rd 66, Wanghu", NULL, { 22800, -1, -1 }, 0, 0 },
  { "Chen Aiguo", "Qinghe Rd 118, corner shop", "Wanghu", NULL, { 0, -1, -1 }, 0, 0 },
  { "Zhao Yuqin", "Shuxiang Garden 3-1-502", "Xueyuan Rd 9", NULL, { 80000, 40000, 8600 }, 158, 278 },
};

static json_t *
make_stop (guint i)
{
  const gsize known = G_N_ELEMENTS (doors);
  g_autofree char *id = g_strdup_printf ("S%u", i + 1);
  g_autofree char *recipient = g_strdup_printf ("Zhou Number %u", i + 1);
  g_autofree char *address = g_strdup_printf ("Hetang Lane %u-%u", i / 10 + 1, i % 10 + 1);
  json_t *parcels = json_array ();
  const gint64 now_ms = APP_FIXTURE_START_MS;

  for (guint p = 0; p < 3; p++)
    {
      g_autofree char *waybill = g_strdup_printf ("DS7302%08u", (i + 1) * 10 + p);
      gint64 due_fen = i < known ? doors[i].due_fen[p] : p == 0 ? 1000 + (gint64)i * 10 : -1;

      if (due_fen >= 0)
        json_array_append_new (parcels, json_pack ("{s:s, s:I, s:b}", "waybill", waybill, "due_fen",
                                                   (json_int_t)due_fen, "prepaid", due_fen == 0));
    }
  return json_pack (
      "{s:s, s:I, s:I, s:s, s:s, s:s, s:s, s:s?, s:I, s:I, s:I, s:I, s:o, s:n, s:s}", "stop", id, "version",
      (json_int_t)1, "position", (json_int_t)i + 1, "recipient", i < known ? doors[i].recipient : recipient,
      "phone", "17012340126", "address", i < known ? doors[i].address : address, "place",
      i < known ? doors[i].place : "Wanghu", "note", i < known ? doors[i].note : NULL, "lat_e6",
      (json_int_t)30274000, "lng_e6", (json_int_t)120155000, "window_from_ms",
      (json_int_t)(i < known && doors[i].to_minutes != 0 ? now_ms + doors[i].from_minutes * MINUTE_MS : 0),
      "window_to_ms",
      (json_int_t)(i < known && doors[i].to_minutes != 0 ? now_ms + doors[i].to_minutes * MINUTE_MS : 0),
      "parcels", parcels, "prefetched", "spoken_secret", APP_FIXTURE_SECRET);
}

DsStop *
app_fixture_make_stop (guint i)
{
  g_autoptr (json_t) door = make_stop (i);
  DsStop *stop = ds_stop_new ();
  const char *id, *recipient, *phone, *address, *place;
  json_int_t position;
  json_t *parcels;
  json_t *item;
  gsize n;

  g_assert_cmpint (json_unpack (door, "{s:s, s:I, s:s, s:s, s:s, s:s, s:o}", "stop", &id, "position",
                                &position, "recipient", &recipient, "phone", &phone, "address", &address,
                                "place", &place, "parcels", &parcels),
                   ==, 0);
  stop->id = g_strdup (id);
  stop->position = position;
  stop->recipient = g_strdup (recipient);
  stop->phone = g_strdup (phone);
  stop->address = g_strdup (address);
  stop->place = g_strdup (place);
  json_array_foreach (parcels, n, item)
  {
    DsParcel *parcel = ds_parcel_new ();

    parcel->waybill = g_strdup (json_string_value (json_object_get (item, "waybill")));
    parcel->due_fen = json_integer_value (json_object_get (item, "due_fen"));
    parcel->prepaid = json_is_true (json_object_get (item, "prepaid"));
    g_ptr_array_add (stop->parcels, parcel);
  }
  return stop;
}

static gboolean
has_stops (gpointer user_data)
{
  AppFixture *self = user_data;

  return ds_route_find (ds_session_get_route (self->session), "S1") != NULL;
}

void
app_fixture_feed_stops (AppFixture *self, guint n)
{
  for (guint i = 0; i < n; i++)
    app_fixture_feed (self, "stop", make_stop (i));
  ds_test_wait (has_stops, self, "the stops on the route");
}

AppFixture *
app_fixture_new_enrolled (void)
{
  AppFixture *self = app_fixture_new ();

  app_fixture_enrol (self);
  app_fixture_feed (self, "settings", app_fixture_make_settings (self));
  app_fixture_feed_stops (self, 8);
  return self;
}

static gboolean
has_last_door (gpointer user_data)
{
  AppFixture *self = user_data;

  return ds_route_find_waybill (ds_session_get_route (self->session), "LX0000000005") != NULL;
}

AppFixture *
app_fixture_new_for_practice (void)
{
  AppFixture *self = make_fixture (TRUE);
  json_t *settings;

  app_fixture_enrol (self);
  settings = app_fixture_make_settings (self);
  json_object_set_new (settings, "practice", json_true ());
  json_object_set_new (json_object_get (settings, "payee"), "id", json_string (DS_SETTINGS_PRACTICE_PAYEE));
  app_fixture_feed (self, "settings", settings);
  for (guint i = 0; i < DS_LESSON_N_DOORS; i++)
    {
      g_autofree char *waybill = g_strdup_printf ("LX%010u", i + 1);
      json_t *stop = make_stop (i);

      json_object_set_new (stop, "parcels",
                           json_pack ("[{s:s, s:I, s:b}]", "waybill", waybill, "due_fen",
                                      (json_int_t)(8600 + 1000 * i), "prepaid", 0));
      app_fixture_feed (self, "stop", stop);
    }
  ds_test_wait (has_last_door, self, "the doors of the guide");
  return self;
}

static gboolean
has_open_shift (gpointer user_data)
{
  return ds_session_get_open_shift (user_data) != NULL;
}

void
app_fixture_open_shift (AppFixture *self, gint64 float_fen)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (DsShift) shift = NULL;
  g_autoptr (GError) error = NULL;

  ds_door_open_shift_async (ds_session_get_door (self->session), float_fen, NULL, keep_result, &result);
  shift = ds_door_open_shift_finish (ds_session_get_door (self->session), wait_for (&result), &error);
  g_assert_no_error (error);
  ds_test_wait (has_open_shift, self->session, "the shift to open");
}

static gboolean
has_closed_shift (gpointer user_data)
{
  return ds_session_get_open_shift (user_data) == NULL;
}

void
app_fixture_close_shift (AppFixture *self, const guint *counts, gsize n_counts)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (DsShift) shift = NULL;
  g_autoptr (GError) error = NULL;

  ds_door_close_shift_async (ds_session_get_door (self->session), counts, n_counts, NULL, keep_result,
                             &result);
  shift = ds_door_close_shift_finish (ds_session_get_door (self->session), wait_for (&result), &error);
  g_assert_no_error (error);
  ds_test_wait (has_closed_shift, self->session, "the shift to close");
}

static const char **
list_open_parcels (AppFixture *self, const char *stop_id)
{
  DsStop *stop = ds_route_find (ds_session_get_route (self->session), stop_id);
  GPtrArray *waybills = g_ptr_array_new ();

  for (guint i = 0; i < stop->parcels->len; i++)
    {
      DsParcel *parcel = g_ptr_array_index (stop->parcels, i);

      if (parcel->outcome == DS_OUTCOME_OPEN)
        g_ptr_array_add (waybills, parcel->waybill);
    }
  g_ptr_array_add (waybills, NULL);
  return (const char **)g_ptr_array_free (waybills, FALSE);
}

void
app_fixture_take_cash (AppFixture *self, const char *stop_id, gint64 amount_fen)
{
  g_autofree const char **waybills = list_open_parcels (self, stop_id);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (DsStop) stop = NULL;
  g_autoptr (GError) error = NULL;

  ds_door_take_cash_async (ds_session_get_door (self->session), stop_id, waybills, amount_fen, amount_fen,
                           FALSE, NULL, keep_result, &result);
  stop = ds_door_take_cash_finish (ds_session_get_door (self->session), wait_for (&result), NULL, &error);
  g_assert_no_error (error);
}

void
app_fixture_leave_unknown (AppFixture *self, const char *stop_id, gint64 amount_fen)
{
  DsDoor *door = ds_session_get_door (self->session);
  g_autofree const char **waybills = list_open_parcels (self, stop_id);
  g_autoptr (GAsyncResult) presented = NULL;
  g_autoptr (GAsyncResult) claimed = NULL;
  g_autoptr (DsPresentation) presentation = NULL;
  g_autoptr (DsStop) stop = NULL;
  g_autoptr (GError) error = NULL;

  ds_door_present_async (door, stop_id, waybills, amount_fen, NULL, keep_result, &presented);
  presentation = ds_door_present_finish (door, wait_for (&presented), &error);
  g_assert_no_error (error);
  ds_door_claim_async (door, presentation->payment_id, NULL, keep_result, &claimed);
  stop = ds_door_claim_finish (door, wait_for (&claimed), &error);
  g_assert_no_error (error);
}

void
app_fixture_feed_statement (AppFixture *self, gint64 counted_fen, gint64 voucher_operator_fen)
{
  DsShift *shift = ds_store_get_shift (ds_session_get_store (self->session));
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  g_autofree char *jws = NULL;
  gboolean balanced = voucher_operator_fen == 61250;
  g_autoptr (json_t) payload = json_pack (
      "{s:s, s:I, s:s, s:s, s:s, s:s, s:I, s:[{s:s, s:s, s:s, s:s, s:I, s:n, s:s}, {s:s, s:s, s:s, s:s, s:I, "
      "s:I, s:s}],"
      " s:{s:I, s:I, s:I}, s:{s:I, s:I, s:I, s:I}, s:{s:I, s:I, s:I}, s:I, s:b, s:I}",
      "statement", "T1", "version", (json_int_t)1, "shift", shift->id, "courier", "0317", "device",
      "017f22e2-79b0-7cc3-98c4-dc0c0c07398f", "accounting_date", shift->accounting_date, "at_ms",
      (json_int_t)APP_FIXTURE_START_MS, "lines", "payment", "P1", "stop", "S1", "tender", "cash", "state",
      "paid", "device_fen", (json_int_t)28650, "operator_fen", "verdict", "matched", "payment", "P2", "stop",
      "S2", "tender", "code", "state", balanced ? "settled" : "rejected", "device_fen", (json_int_t)12800,
      "operator_fen", (json_int_t)(balanced ? 12800 : 0), "verdict", balanced ? "matched" : "rejected",
      "digital", "device_fen", (json_int_t)409600, "operator_fen", (json_int_t)409600, "count",
      (json_int_t)19, "vouchers", "device_fen", (json_int_t)61250, "operator_fen",
      (json_int_t)voucher_operator_fen, "count", (json_int_t)3, "rejected_fen",
      (json_int_t)(61250 - voucher_operator_fen), "cash", "expected_fen", (json_int_t)48650, "counted_fen",
      (json_int_t)counted_fen, "float_fen", (json_int_t)20000, "difference_fen",
      (json_int_t)(voucher_operator_fen - 61250), "balanced", balanced, "books_sum_fen", (json_int_t)0);

  g_assert_nonnull (payload);
  if (!balanced)
    json_object_set_new (payload, "overrides",
                         json_pack ("[{s:s, s:s, s:I, s:s}, {s:s, s:s, s:I, s:n}]", "stop", "S1", "limits",
                                    "voucher", "amount_fen", (json_int_t)28650, "clerk", "Zhou Min", "stop",
                                    "S2", "limits", "sum+count", "amount_fen", (json_int_t)12800, "clerk"));
  text = ds_json_to_line (payload);
  jws = ds_jws_sign (self->depot_key, "depot", text, strlen (text), &error);
  g_assert_no_error (error);
  app_fixture_feed (self, "statement", json_pack ("{s:s, s:s}", "shift", shift->id, "jws", jws));
}

void
app_fixture_look (AppFixture *self, const char *name)
{
  const char *folder = g_getenv ("DS_PICTURES");
  g_autofree char *file = g_strconcat (name, ".png", NULL);
  g_autofree char *path = NULL;

  ds_test_settle (self->window);
  screen_check (self->window, name);
  if (folder == NULL)
    return;
  /* It was looked at in large text, too, which may have made it grow. */
  set_size (self);
  ds_test_settle (self->window);
  path = g_build_filename (folder, file, NULL);
  ds_test_save_picture (self->window, path);
}
