/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A limit stands in the way and nobody has a network: the courier telephones, the clerk's own program makes the digits, and
 * the day settles. For another door the courier makes digits up. */
#include "config.h"

#include "company.h"

#include "ds-depot-admin.h"
#include "ds-json.h"
#include "ds-spoken-proof.h"

#define ROUTE                                                                                                \
  "waybill,recipient,phone,address,place,window,due,prepaid,note\n"                                          \
  "OV01,Li Hua,17012340126,1 Lake Road,Lake,09:00-11:00,80,no,\n"                                            \
  "OV02,Wang Min,17012340127,2 Lake Road,Lake,09:00-11:00,90,no,\n"
#define FIRST_FEN 8000
#define SECOND_FEN 9000

typedef struct
{
  Company *company;
  DsDepotAdmin *admin;
  Customer *customer;
  Handheld *handheld;
  char *depot; /* the depot's directory */
  char *screen;
  char *phone;
} Scene;

static void
scene_clear (Scene *self)
{
  g_clear_pointer (&self->admin, ds_depot_admin_free);
  g_clear_pointer (&self->handheld, handheld_free);
  g_clear_pointer (&self->customer, customer_free);
  g_clear_pointer (&self->company, company_free);
  g_free (self->depot);
  g_free (self->screen);
  g_free (self->phone);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Scene, scene_clear)

/* A company whose vouchers may be for 50 yuan, and which permits 200 more a shift; the line is cut. */
static void
start (Scene *self)
{
  g_autoptr (GError) error = NULL;

  self->company = company_new ();
  company_set_limit (self->company, "voucher_fen", 5000);
  company_set_limit (self->company, "override_fen", 20000);
  self->depot = company_get_path (self->company, "depot");
  self->screen = company_get_path (self->company, "screen.png");
  self->phone = company_get_path (self->company, "phone.png");
  self->admin = ds_depot_admin_new (self->company->depot, self->depot, &error);
  g_assert_no_error (error);
  company_import (self->company, COMPANY_COURIER, ROUTE);
  self->customer = customer_new (self->company, "customer", "1000", "0");
  self->handheld = handheld_new (self->company, "handheld");
  handheld_enrol (self->handheld, COMPANY_COURIER, NULL);
  handheld_sync (self->handheld);
  handheld_open_shift (self->handheld, 0);
  customer_set_faults (self->customer, "{\"line\":\"cut\"}");
  WAIT_UNTIL (!ds_link_get_online (self->handheld->link));
}

/* The wallet's voucher for what is owed at a door, on the phone. Returns: (transfer full): the payment */
static char *
show_and_promise (Scene *self, const char *waybill)
{
  g_autoptr (DsPresentation) code = handheld_present (self->handheld, waybill, self->screen);

  customer_run (self->customer, 0, "offline", "on", NULL);
  customer_run (self->customer, 0, "voucher", "--picture-in", self->screen, "--picture", self->phone, NULL);
  customer_run (self->customer, 0, "offline", "off", NULL);
  return g_strdup (code->payment_id);
}

static DsAnswer *
type_digits (Scene *self, const char *waybill, DsLimits limits, gint64 amount_fen, const char *digits)
{
  g_autoptr (DsStop) stop = handheld_find_stop (self->handheld, waybill);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  DsAnswer *answer;

  ds_door_override_async (self->handheld->door, stop->id, limits, amount_fen, digits, NULL,
                          company_keep_result, &result);
  WAIT_UNTIL (result != NULL);
  answer = ds_door_override_finish (self->handheld->door, result, &error);
  g_assert_no_error (error);
  return answer;
}

/* What the handheld's owner could do alone. */
static char *
make_up (Scene *self, const char *waybill, const char *limits, gint64 amount_fen)
{
  g_autoptr (DsStop) stop = handheld_find_stop (self->handheld, waybill);
  char digits[DS_SPOKEN_PROOF_SIZE];

  g_assert_true (
      ds_spoken_override_derive (stop->spoken_secret, stop->id, limits, amount_fen, 1, digits, NULL));
  return g_strdup (digits);
}

static guint
count_cases (Scene *self, const char *kind)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (json_t) cases = ds_depot_list_cases (self->company->depot, FALSE, &error);
  json_t *each;
  guint n = 0;
  gsize i;

  g_assert_no_error (error);
  json_array_foreach (cases, i, each)
  {
    n += g_strcmp0 (json_string_value (json_object_get (each, "kind")), kind) == 0;
  }
  return n;
}

static void
test_override (void)
{
  g_auto (Scene) scene = { 0 };
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;
  g_autofree char *made_up = NULL;
  g_autoptr (json_t) given = NULL;
  g_autoptr (json_t) too_much = NULL;
  g_autoptr (json_t) statement = NULL;
  g_autoptr (DsAnswer) refused = NULL;
  g_autoptr (DsAnswer) permitted = NULL;
  g_autoptr (DsAnswer) accepted = NULL;
  g_autoptr (DsAnswer) alone = NULL;
  g_autoptr (DsAnswer) accepted_alone = NULL;
  json_t *overrides;

  start (&scene);
  first = show_and_promise (&scene, "OV01");
  refused = handheld_scan_picture (scene.handheld, "OV01", first, scene.phone);
  g_assert_cmpstr (refused->reason, ==, "over-voucher-limit");
  g_assert_cmpint (refused->limits, ==, DS_LIMIT_VOUCHER);

  /* The clerk's program, while the depot's line is cut. */
  too_much
      = company_ask (g_getenv ("DS_DEPOT"), "--dir", scene.depot, "override", "OV01", "1", "200.01", NULL);
  g_assert_null (too_much);
  given = company_ask (g_getenv ("DS_DEPOT"), "--dir", scene.depot, "override", "OV01", "1", "80.00",
                       "--name", "Clerk Zhou", NULL);
  g_assert_cmpstr (json_string_value (json_object_get (given, "limits")), ==, "voucher");
  permitted = type_digits (&scene, "OV01", refused->limits, FIRST_FEN,
                           json_string_value (json_object_get (given, "digits")));
  g_assert_cmpint (permitted->kind, ==, DS_ANSWER_ALLOWED);

  /* The battery is empty; what was permitted is still permitted. */
  g_clear_pointer (&scene.handheld, handheld_free);
  scene.handheld = handheld_new (scene.company, "handheld");
  accepted = handheld_scan_picture (scene.handheld, "OV01", first, scene.phone);
  g_assert_cmpint (accepted->kind, ==, DS_ANSWER_ACCEPTED);
  handheld_deliver (scene.handheld, "OV01");

  second = show_and_promise (&scene, "OV02");
  made_up = make_up (&scene, "OV02", "voucher", SECOND_FEN);
  alone = type_digits (&scene, "OV02", DS_LIMIT_VOUCHER, SECOND_FEN, made_up);
  g_assert_cmpint (alone->kind, ==, DS_ANSWER_ALLOWED);
  accepted_alone = handheld_scan_picture (scene.handheld, "OV02", second, scene.phone);
  g_assert_cmpint (accepted_alone->kind, ==, DS_ANSWER_ACCEPTED);
  handheld_deliver (scene.handheld, "OV02");

  customer_set_faults (scene.customer, "{\"line\":\"restored\"}");
  handheld_sync (scene.handheld);
  company_settle (scene.company);
  WAIT_FOR_STATE (scene.handheld, first, "settled");
  WAIT_FOR_STATE (scene.handheld, second, "settled");
  g_assert_cmpuint (count_cases (&scene, "override"), ==, 1);

  handheld_close_shift (scene.handheld, 0);
  statement = handheld_wait_for_statement (scene.handheld);
  g_assert_true (json_is_true (json_object_get (statement, "balanced")));
  overrides = json_object_get (statement, "overrides");
  g_assert_cmpuint (json_array_size (overrides), ==, 2);
  g_assert_cmpstr (json_string_value (json_object_get (json_array_get (overrides, 0), "clerk")), ==,
                   "Clerk Zhou");
  g_assert_cmpstr (json_string_value (json_object_get (json_array_get (overrides, 0), "payment")), ==, first);
  g_assert_true (json_is_null (json_object_get (json_array_get (overrides, 1), "clerk")));
  g_assert_cmpint (company_get_balance_fen (scene.company, "payable:merchant"), ==,
                   -(FIRST_FEN + SECOND_FEN));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/scenario/override", test_override);
  return g_test_run ();
}
