/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The 8 digits that are read out at a door. */
#include "config.h"

#include "ds-clock.h"
#include "ds-error.h"
#include "ds-id.h"
#include "ds-money.h"
#include "ds-random.h"
#include "ds-spoken-proof.h"
#include "openssl-command.h"

#include <gio/gio.h>
#include <string.h>

#define SECRET "00112233445566778899aabbccddeeff"
#define LONG_SECRET "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
#define PAYMENT "017f22e2-79b0-7cc3-98c4-dc0c0c07398f"
#define OTHER_PAYMENT "01907c1a-3b5e-7000-8000-000000000000"

#define N_PROOFS 100000000

/* Worked out by hand with `printf 'doorstep-spoken-1\n%s\n%s\n' ID FEN | openssl dgst -sm3 -mac HMAC -macopt
 * hexkey:SECRET`, its first 16 digits modulo 10^8. */
static const struct
{
  const char *secret, *payment_id;
  gint64 amount_fen;
  const char *digits;
} vectors[] = {
  { SECRET, PAYMENT, 1, "91736089" },
  { SECRET, PAYMENT, 198000, "48839921" },
  { LONG_SECRET, OTHER_PAYMENT, 999999999999, "89004026" },
};

static void
test_vectors (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (vectors); i++)
    {
      char digits[DS_SPOKEN_PROOF_SIZE];
      g_autoptr (GError) error = NULL;

      g_assert_true (ds_spoken_proof_derive (vectors[i].secret, vectors[i].payment_id, vectors[i].amount_fen,
                                             digits, &error));
      g_assert_no_error (error);
      g_assert_cmpstr (digits, ==, vectors[i].digits);
    }
}

static void
derive (const char *secret, const char *payment_id, gint64 amount_fen, char digits[DS_SPOKEN_PROOF_SIZE])
{
  g_autoptr (GError) error = NULL;

  g_assert_true (ds_spoken_proof_derive (secret, payment_id, amount_fen, digits, &error));
  g_assert_no_error (error);
}

typedef struct
{
  char secret[65];
  char *payment_id;
  gint64 amount_fen;
} Case;

static void
draw_case (DsRandom *random, DsClock *clock, Case *drawn)
{
  guint8 secret[32];

  ds_random_fill (random, secret, sizeof secret);
  for (gsize i = 0; i < sizeof secret; i++)
    g_snprintf (drawn->secret + 2 * i, 3, "%02x", secret[i]);
  drawn->payment_id = ds_id_new (clock, random);
  drawn->amount_fen = 1 + ds_random_below (random, G_MAXINT);
}

/* The same derivation by the command that everybody has. */
static void
test_openssl (void)
{
  g_autoptr (DsRandom) random = ds_random_new_seeded (g_test_rand_int ());
  g_autoptr (DsClock) clock = ds_clock_new_system ();

  if (!openssl_command_is_here ())
    return;
  for (gsize i = 0; i < 5; i++)
    {
      Case drawn;
      char digits[DS_SPOKEN_PROOF_SIZE];
      g_autofree char *message = NULL;
      g_autofree char *key = NULL;
      g_autofree char *output = NULL;
      g_autofree char *expected = NULL;
      g_autoptr (GError) error = NULL;
      g_autoptr (GSubprocess) openssl = NULL;
      char *number;

      draw_case (random, clock, &drawn);
      message = g_strdup_printf ("doorstep-spoken-1\n%s\n%" G_GINT64_FORMAT "\n", drawn.payment_id,
                                 drawn.amount_fen);
      key = g_strconcat ("hexkey:", drawn.secret, NULL);
      openssl = g_subprocess_new (G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error,
                                  "openssl", "dgst", "-sm3", "-mac", "HMAC", "-macopt", key, NULL);
      g_assert_no_error (error);
      g_assert_true (g_subprocess_communicate_utf8 (openssl, message, NULL, &output, NULL, &error));
      g_assert_no_error (error);

      number = strstr (output, "= ");
      g_assert_nonnull (number);
      number[2 + 16] = '\0';
      expected = g_strdup_printf ("%08u", (guint)(g_ascii_strtoull (number + 2, NULL, 16) % N_PROOFS));
      derive (drawn.secret, drawn.payment_id, drawn.amount_fen, digits);
      g_assert_cmpstr (digits, ==, expected);
      g_free (drawn.payment_id);
    }
}

/* Any change of secret, payment or amount changes the digits. Two drawn proofs are equal once in 10^8, so one equal pair
 * in the run would be no proof of a fault; two are. */
static void
test_changes (void)
{
  guint32 seed = (guint32)g_test_rand_int ();
  g_autoptr (DsRandom) random = ds_random_new_seeded (seed);
  g_autoptr (DsClock) clock = ds_clock_new_system ();
  guint n_equal = 0;

  g_test_message ("seed %u", seed);
  for (gsize i = 0; i < 2000; i++)
    {
      Case drawn;
      g_autofree char *other_id = ds_id_new (clock, random);
      guint at;
      char digits[DS_SPOKEN_PROOF_SIZE], changed[DS_SPOKEN_PROOF_SIZE];

      draw_case (random, clock, &drawn);
      derive (drawn.secret, drawn.payment_id, drawn.amount_fen, digits);
      derive (drawn.secret, drawn.payment_id, drawn.amount_fen + 1 + ds_random_below (random, G_MAXINT),
              changed);
      n_equal += ds_spoken_proof_equal (digits, changed);
      derive (drawn.secret, other_id, drawn.amount_fen, changed);
      n_equal += ds_spoken_proof_equal (digits, changed);
      at = ds_random_below (random, 64);
      drawn.secret[at] = drawn.secret[at] == '0' ? '1' : '0';
      derive (drawn.secret, drawn.payment_id, drawn.amount_fen, changed);
      n_equal += ds_spoken_proof_equal (digits, changed);
      g_free (drawn.payment_id);
    }
  g_assert_cmpuint (n_equal, <=, 1);
}

/* Each digit of each place as often as any other: with 9 degrees of freedom chi-square passes 42 once in 300 000
 * draws of an even source. */
static void
test_even (void)
{
  enum
  {
    N = 20000
  };
  guint counts[DS_SPOKEN_PROOF_DIGITS][10] = { 0 };

  for (gint64 amount_fen = 1; amount_fen <= N; amount_fen++)
    {
      char digits[DS_SPOKEN_PROOF_SIZE];

      derive (SECRET, PAYMENT, amount_fen, digits);
      for (gsize place = 0; place < DS_SPOKEN_PROOF_DIGITS; place++)
        counts[place][digits[place] - '0']++;
    }
  for (gsize place = 0; place < DS_SPOKEN_PROOF_DIGITS; place++)
    {
      double chi_square = 0;

      for (gsize digit = 0; digit < 10; digit++)
        {
          double off = counts[place][digit] - N / 10.0;

          chi_square += off * off / (N / 10.0);
        }
      g_assert_cmpfloat (chi_square, <, 42);
    }
}

static void
test_bad (void)
{
  static const struct
  {
    const char *secret, *payment_id;
    gint64 amount_fen;
  } bad[] = {
    { "", PAYMENT, 1 },
    { "00112233445566778899aabbccddee", PAYMENT, 1 },
    { LONG_SECRET LONG_SECRET "00", PAYMENT, 1 },
    { "no secret at all, but long enough", PAYMENT, 1 },
    { SECRET, "017F22E2-79B0-7CC3-98C4-DC0C0C07398F", 1 },
    { SECRET, "", 1 },
    { SECRET, PAYMENT, 0 },
    { SECRET, PAYMENT, -1 },
    { SECRET, PAYMENT, DS_MONEY_MAX_FEN + 1 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      char digits[DS_SPOKEN_PROOF_SIZE];
      g_autoptr (GError) error = NULL;

      g_assert_false (
          ds_spoken_proof_derive (bad[i].secret, bad[i].payment_id, bad[i].amount_fen, digits, &error));
      g_assert_error (error, DS_ERROR, DS_ERROR_INVALID);
    }
}

static void
test_typed (void)
{
  static const char *const good[] = {
    "12345678",   "1234 5678",      "  1234-5678\n",      "1 2 3 4 5 6 7 8", "１２３４　５６７８",
    "1234，5678", "12、34。56．78", "1234–5678",          "1234−5678",       "١٢٣٤ ٥٦٧٨",
    "1234·5678",  "1,2.3,4\t5678",  "１２３４－５６７８",
  };
  static const char *const bad[] = {
    "",          " ",         "1234567",          "123456789", "1234 567a",    "1234 5678 x",
    "12345678;", "+12345678", "一二三四五六七八", "\xff",      "DS1:12345678",
  };
  char digits[DS_SPOKEN_PROOF_SIZE];
  char text[DS_SPOKEN_PROOF_TEXT_SIZE];
  g_autofree char *huge = g_strnfill (1000000, '1');

  for (gsize i = 0; i < G_N_ELEMENTS (good); i++)
    {
      g_test_message ("%s", good[i]);
      g_assert_true (ds_spoken_proof_read (good[i], digits));
      g_assert_cmpstr (digits, ==, "12345678");
    }
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    g_assert_false (ds_spoken_proof_read (bad[i], digits));
  g_assert_false (ds_spoken_proof_read (huge, digits));

  ds_spoken_proof_format ("00345678", text);
  g_assert_cmpstr (text, ==, "0034 5678");
  g_assert_true (ds_spoken_proof_read (text, digits));
  g_assert_true (ds_spoken_proof_equal (digits, "00345678"));
  g_assert_false (ds_spoken_proof_equal (digits, "00345679"));
  g_assert_false (ds_spoken_proof_equal (digits, "10345678"));
}

/* Worked out in the same way with `printf 'doorstep-override-1\n%s\n%s\n%s\n%s\n' STOP LIMITS FEN NUMBER`. */
static void
test_override (void)
{
  static const struct
  {
    const char *stop_id, *limits;
    gint64 amount_fen, number;
    const char *digits;
  } vectors_of_permissions[] = {
    { "S-1", "sum", 12800, 1, "52720897" },       { "S-1", "sum", 12800, 2, "00715705" },
    { "S-1", "sum+count", 12800, 1, "30156077" }, { "S-1", "sum", 12801, 1, "55287463" },
    { "S-2", "sum", 12800, 1, "22595038" },
  };
  static const struct
  {
    const char *secret, *stop_id, *limits;
    gint64 amount_fen, number;
  } bad[] = {
    { "0011", "S-1", "sum", 1, 1 },   { SECRET, "", "sum", 1, 1 },    { SECRET, "S\n1", "sum", 1, 1 },
    { SECRET, "S-1", "", 1, 1 },      { SECRET, "S-1", "sum", 0, 1 }, { SECRET, "S-1", "sum", 1, 0 },
    { SECRET, "S-1", "su\nm", 1, 1 },
  };
  char digits[DS_SPOKEN_PROOF_SIZE];

  for (gsize i = 0; i < G_N_ELEMENTS (vectors_of_permissions); i++)
    {
      g_assert_true (ds_spoken_override_derive (
          SECRET, vectors_of_permissions[i].stop_id, vectors_of_permissions[i].limits,
          vectors_of_permissions[i].amount_fen, vectors_of_permissions[i].number, digits, NULL));
      g_assert_cmpstr (digits, ==, vectors_of_permissions[i].digits);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (ds_spoken_override_derive (bad[i].secret, bad[i].stop_id, bad[i].limits,
                                                 bad[i].amount_fen, bad[i].number, digits, &error));
      g_assert_error (error, DS_ERROR, DS_ERROR_INVALID);
    }
}

static void
test_mark (void)
{
  char mark[DS_SPOKEN_MARK_SIZE], other[DS_SPOKEN_MARK_SIZE];

  /* printf abc | openssl dgst -sm3 */
  ds_spoken_mark ("abc", mark);
  g_assert_cmpstr (mark, ==, "66c7f0f462eeedd9");
  ds_spoken_mark ("abd", other);
  g_assert_cmpstr (mark, !=, other);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/spoken-proof/vectors", test_vectors);
  g_test_add_func ("/spoken-proof/openssl", test_openssl);
  g_test_add_func ("/spoken-proof/changes", test_changes);
  g_test_add_func ("/spoken-proof/even", test_even);
  g_test_add_func ("/spoken-proof/bad", test_bad);
  g_test_add_func ("/spoken-proof/typed", test_typed);
  g_test_add_func ("/spoken-proof/override", test_override);
  g_test_add_func ("/spoken-proof/mark", test_mark);
  return g_test_run ();
}
