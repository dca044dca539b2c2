/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Practice and work never mix: codes, answers, settings, operators, receipts, vouchers and directories of the one are
 * refused by the other, in both directions. */
#include "config.h"

#include "company.h"

#include "ds-enrol-code.h"
#include "ds-error.h"

#include <glib/gstdio.h>
#include <string.h>

#define ROUTE                                                                                                \
  "waybill,recipient,phone,address,place,window,due,prepaid,note\n"                                          \
  "PR01,Li Hua,17012340126,1 Lake Road,Lake,09:00-11:00,30,no,\n"                                            \
  "PR02,Wang Min,17012340127,2 Lake Road,Lake,09:00-11:00,40,no,\n"

/* A handheld at work at its company, and one in practice at its own; each with a customer. */
typedef struct
{
  Company *company;
  Handheld *handheld;
  Customer *customer;
} Side;

static void
side_open (Side *self, gboolean for_practice)
{
  self->company = for_practice ? company_new_for_practice () : company_new ();
  self->handheld = for_practice ? handheld_new_for_practice (self->company, "handheld")
                                : handheld_new (self->company, "handheld");
  company_import (self->company, COMPANY_COURIER, ROUTE);
  self->customer = customer_new (self->company, "customer", "500", "0");
}

static void
side_close (Side *self)
{
  customer_free (self->customer);
  handheld_free (self->handheld);
  company_free (self->company);
}

static DsEnrolCode *
make_code (Company *company)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = ds_depot_enrol (company->depot, COMPANY_COURIER, "王磊", NULL, &error);
  DsEnrolCode *code;

  g_assert_no_error (error);
  code = ds_enrol_code_parse (text, &error);
  g_assert_no_error (error);
  g_assert_cmpint (strstr (text, "practice=1") != NULL, ==, code->is_practice);
  return code;
}

static DsIdentity *
ask (Handheld *handheld, const DsEnrolCode *code, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  ds_link_ask_to_enrol_async (handheld->link, code, "scenario", NULL, company_keep_result, &result);
  WAIT_UNTIL (result != NULL);
  return ds_link_ask_to_enrol_finish (handheld->link, result, error);
}

/* @handheld meets the depot of the other kind: by its code as it is, and by one that somebody has changed. */
static void
check_enrolment (Handheld *handheld, Company *other, Handheld *its_own)
{
  g_autoptr (DsEnrolCode) code = make_code (other);
  g_autoptr (DsIdentity) identity = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) changed_error = NULL;
  g_autoptr (GError) own_error = NULL;

  g_assert_null (ask (handheld, code, &error));
  g_assert_error (error, DS_ERROR, DS_ERROR_INVALID);
  g_assert_nonnull (strstr (error->message, "practice"));

  /* The depot sees through it, and the code is not used up. */
  code->is_practice = !code->is_practice;
  g_assert_null (ask (handheld, code, &changed_error));
  g_assert_nonnull (changed_error);
  code->is_practice = !code->is_practice;
  identity = ask (its_own, code, &own_error);
  g_assert_no_error (own_error);
  g_assert_cmpint (identity->is_practice, ==, code->is_practice);
}

static void
test_enrolment (void)
{
  Side work, practice;

  side_open (&work, FALSE);
  side_open (&practice, TRUE);
  check_enrolment (work.handheld, practice.company, practice.handheld);
  check_enrolment (practice.handheld, work.company, work.handheld);
  side_close (&practice);
  side_close (&work);
}

/* An identity that came by another way than asking. */
static void
test_identity (void)
{
  Side sides[2];

  side_open (&sides[0], FALSE);
  side_open (&sides[1], TRUE);
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (DsEnrolCode) code = make_code (sides[i].company);
      g_autoptr (GAsyncResult) result = NULL;
      g_autoptr (GAsyncResult) key = NULL;
      g_autoptr (GError) error = NULL;
      g_autoptr (DsIdentity) identity = ask (sides[i].handheld, code, &error);
      DsStore *other = sides[1 - i].handheld->store;

      g_assert_no_error (error);
      ds_store_prepare_key_async (other, NULL, company_keep_result, &key);
      WAIT_UNTIL (key != NULL);
      ds_store_enrol_async (other, identity, "scenario", NULL, company_keep_result, &result);
      WAIT_UNTIL (result != NULL);
      g_assert_false (ds_store_enrol_finish (other, result, &error));
      g_assert_error (error, DS_ERROR, DS_ERROR_INVALID);
      g_assert_null (ds_store_get_identity (other));
    }
  side_close (&sides[1]);
  side_close (&sides[0]);
}

/* Evidence */

typedef struct
{
  char *receipt;
  char *voucher;
} Evidence;

static DsPresentation *
present (Handheld *handheld, const char *waybill)
{
  g_autofree char *picture = company_get_path (handheld->company, "screen.png");

  return handheld_present (handheld, waybill, picture);
}

/* One parcel paid online, whose receipt the wallet keeps, and a voucher for the other. */
static void
earn_evidence (Side *self, Evidence *evidence)
{
  g_autoptr (DsPresentation) paid = NULL;
  g_autoptr (DsPresentation) promised = NULL;

  handheld_enrol (self->handheld, COMPANY_COURIER, NULL);
  handheld_sync (self->handheld);
  handheld_open_shift (self->handheld, 0);
  paid = present (self->handheld, "PR01");
  customer_run (self->customer, 0, "pay", paid->text, NULL);
  WAIT_FOR_STATE (self->handheld, paid->payment_id, "paid");
  customer_run (self->customer, 0, "receipt", paid->payment_id, NULL);
  evidence->receipt = g_strdup (customer_get_text (self->customer, "receipt"));

  promised = present (self->handheld, "PR02");
  customer_run (self->customer, 0, "voucher", promised->text, NULL);
  evidence->voucher = g_strdup (customer_get_text (self->customer, "voucher"));
}

static void
check_refused (Handheld *handheld, const char *text, const char *reason)
{
  g_autoptr (DsPresentation) shown = present (handheld, "PR02");
  g_autoptr (DsAnswer) answer = handheld_scan (handheld, "PR02", shown->payment_id, text);

  g_assert_cmpint (answer->kind, ==, DS_ANSWER_REFUSED);
  g_assert_cmpstr (answer->reason, ==, reason);
  g_assert_cmpint (handheld_get_open_fen (handheld, "PR02"), ==, 4000);
}

static void
check_accepted (Handheld *handheld, const char *voucher)
{
  g_autoptr (DsAnswer) answer = handheld_scan (handheld, "PR02", NULL, voucher);

  g_assert_cmpint (answer->kind, ==, DS_ANSWER_ACCEPTED);
}

static void
test_evidence (void)
{
  Side work, practice;
  Evidence real, played;

  side_open (&work, FALSE);
  side_open (&practice, TRUE);
  earn_evidence (&work, &real);
  earn_evidence (&practice, &played);

  check_refused (work.handheld, played.receipt, "practice");
  check_refused (work.handheld, played.voucher, "practice");
  check_refused (practice.handheld, real.receipt, "not-practice");
  check_refused (practice.handheld, real.voucher, "not-practice");
  /* Each is good where it belongs. */
  check_accepted (work.handheld, real.voucher);
  check_accepted (practice.handheld, played.voucher);

  g_free (real.receipt);
  g_free (real.voucher);
  g_free (played.receipt);
  g_free (played.voucher);
  side_close (&practice);
  side_close (&work);
}

/* Directories */

static void
check_directory (Company *company, const char *name, gboolean for_practice)
{
  g_autofree char *directory = company_get_path (company, name);
  g_autoptr (DsStore) store = for_practice
                                  ? ds_store_new_for_practice (directory, company->clock, company->random)
                                  : ds_store_new (directory, company->clock, company->random);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  ds_store_open_async (store, NULL, company_keep_result, &result);
  WAIT_UNTIL (result != NULL);
  g_assert_false (ds_store_open_finish (store, result, &error));
  g_assert_error (error, DS_ERROR, DS_ERROR_CONFLICT);
  g_assert_nonnull (strstr (error->message, "directory"));
  ds_store_close (store);
}

/* What was opened before it was enrolled is marked already. */
static void
test_directories (void)
{
  g_autoptr (Company) company = company_new ();

  handheld_free (handheld_new (company, "work"));
  handheld_free (handheld_new_for_practice (company, "practice"));
  check_directory (company, "work", TRUE);
  check_directory (company, "practice", FALSE);
  handheld_free (handheld_new (company, "work"));
  handheld_free (handheld_new_for_practice (company, "practice"));
}

/* A depot that served once stays what it was, whatever is written into its settings. */
static void
test_depot (void)
{
  g_autoptr (Company) company = company_new ();
  g_autofree char *depot = company_get_path (company, "depot");
  g_autofree char *settings = g_build_filename (depot, "settings.json", NULL);
  g_autofree char *practice = company_get_path (company, "practice");
  g_autofree char *practice_settings = g_build_filename (practice, "settings.json", NULL);
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) problem = NULL;
  gsize n;

  g_assert_false (ds_depot_get_practice (company->depot));
  g_assert_false (ds_depot_prepare_practice (depot, "Practice", "Practice", &error));
  g_assert_error (error, DS_ERROR, DS_ERROR_CONFLICT);

  g_clear_error (&error);
  ds_depot_prepare_practice (practice, "Practice", "Practice", &error);
  g_assert_no_error (error);
  g_file_get_contents (practice_settings, &text, &n, &error);
  g_assert_no_error (error);
  g_file_set_contents (settings, text, (gssize)n, &error);
  g_assert_no_error (error);
  ds_depot_close (company->depot);
  g_object_unref (company->depot);
  company->depot = ds_depot_new (depot, NULL, company->operators, company->clock, company->random, &problem);
  g_assert_null (company->depot);
  g_assert_error (problem, DS_ERROR, DS_ERROR_CONFLICT);

  g_assert_cmpint (g_remove (settings), ==, 0);
  company->depot = ds_depot_new (depot, NULL, company->operators, company->clock, company->random, &error);
  g_assert_no_error (error);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/scenario/practice/enrolment", test_enrolment);
  g_test_add_func ("/scenario/practice/identity", test_identity);
  g_test_add_func ("/scenario/practice/evidence", test_evidence);
  g_test_add_func ("/scenario/practice/directories", test_directories);
  g_test_add_func ("/scenario/practice/depot", test_depot);
  return g_test_run ();
}
