/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Random changes of receipts and vouchers, in their bytes and in both written forms: none is accepted. Who it is for
 * and how much is not compared here: the form and the signatures must do it alone. Each change starts from one of a
 * few genuine ones, so that parts of two can be put together. The number of changes is the first argument, or
 * DS_CASES; --seed repeats a run. */
#include "config.h"

#include "evidence-fixture.h"

#include "ds-base45.h"
#include "ds-evidence-envelope.h"
#include "ds-tlv.h"

#include <stdlib.h>
#include <string.h>

#define CASES 20000
#define N_GENUINE 16
#define MAX_OBJECTS 16
/* "DS1:" and Base45, or base64; the signature stands last of the objects. */
#define PREFIX "DS1:"

static guint n_cases = CASES;

typedef enum
{
  FORM_BYTES,
  FORM_BASE45,
  FORM_ENVELOPE,
  N_FORMS
} Form;

typedef struct
{
  EvidenceFixture fixture;
  DsEvidence *genuine[N_GENUINE]; /* receipts and vouchers by turns */
} World;

/* One thread's share. */
typedef struct
{
  const World *world;
  GRand *rand;
  guint n_cases;
  guint n_violations;
  guint n_verified; /* of a form so good that only a signature could tell */
} Share;

/* The genuine ones */

static DsEvidence *
make_genuine (World *self, DsKey *other_wallet, guint i)
{
  EvidenceFixture other = self->fixture;
  g_autofree char *reference = g_strdup_printf ("2026112200000000%04u", i);
  DsEvidence draft = i % 2 == 0 ? evidence_fixture_draft_receipt () : evidence_fixture_draft_voucher ();
  g_autoptr (DsWalletCertificate) certificate = NULL;
  DsEvidence *evidence;

  draft.payment_id = (char *)(i % 4 < 2 ? EVIDENCE_PAYMENT : EVIDENCE_OTHER_PAYMENT);
  draft.amount_fen += i * 100;
  draft.at_s -= i;
  draft.counter = i;
  if (i % 2 == 0)
    {
      draft.operator_ref = reference;
      evidence = ds_receipt_sign (self->fixture.operator_key, &draft, NULL);
    }
  else
    {
      /* Two wallets, each with a certificate of its own. */
      other.wallet_key = i % 4 == 1 ? self->fixture.wallet_key : other_wallet;
      certificate = evidence_fixture_certify (&other, self->fixture.operator_key, EVIDENCE_NOW_S + 86400);
      evidence = ds_voucher_sign (other.wallet_key, certificate, &draft, NULL);
    }
  g_assert_nonnull (evidence);
  return evidence;
}

static gboolean
is_genuine (const World *world, GBytes *bytes)
{
  for (guint i = 0; i < N_GENUINE; i++)
    if (g_bytes_equal (bytes, world->genuine[i]->bytes))
      return TRUE;
  return FALSE;
}

/* Changes of objects: the whole is taken apart, and put together with the length it should have. */

typedef struct
{
  guint32 tag;
  DsTlv objects[MAX_OBJECTS];
  guint n;
} Parts;

static void
parts_read (Parts *self, const DsEvidence *evidence)
{
  gsize n;
  const guint8 *data = g_bytes_get_data (evidence->bytes, &n);
  DsTlvReader reader;
  DsTlv whole;

  ds_tlv_reader_init (&reader, data, n);
  g_assert_true (ds_tlv_reader_next (&reader, &whole, NULL));
  self->tag = whole.tag;
  self->n = 0;
  ds_tlv_reader_init (&reader, whole.value, whole.n);
  while (!ds_tlv_reader_is_done (&reader))
    g_assert_true (ds_tlv_reader_next (&reader, &self->objects[self->n++], NULL));
}

static GByteArray *
parts_write (const Parts *self)
{
  g_autoptr (GByteArray) inside = g_byte_array_new ();
  GByteArray *whole = g_byte_array_new ();

  for (guint i = 0; i < self->n; i++)
    ds_tlv_append (inside, self->objects[i].tag, self->objects[i].value, self->objects[i].n);
  ds_tlv_append (whole, self->tag, inside->data, inside->len);
  return whole;
}

static guint
draw (Share *self, guint below)
{
  return (guint)g_rand_int_range (self->rand, 0, (gint)below);
}

/* Exchanges, doubles or drops an object, or takes one of the same kind (a certificate, a signature, an amount) from
 * @other. */
static GByteArray *
change_objects (Share *self, const DsEvidence *evidence, const DsEvidence *other)
{
  Parts parts, from;
  guint at, to;

  parts_read (&parts, evidence);
  parts_read (&from, other);
  at = draw (self, parts.n);
  to = draw (self, parts.n);
  switch (draw (self, 5))
    {
    case 0:
      {
        DsTlv object = parts.objects[at];

        parts.objects[at] = parts.objects[to];
        parts.objects[to] = object;
        break;
      }
    case 1:
      memmove (parts.objects + to + 1, parts.objects + to, (parts.n - to) * sizeof (DsTlv));
      parts.objects[to] = parts.objects[at < to ? at : at + 1];
      parts.n++;
      break;
    case 2:
      memmove (parts.objects + at, parts.objects + at + 1, (parts.n - at - 1) * sizeof (DsTlv));
      parts.n--;
      break;
    case 3:
      parts.tag = from.tag;
      break;
    default:
      for (guint i = 0; i < from.n; i++)
        if (from.objects[i].tag == parts.objects[at].tag)
          parts.objects[at] = from.objects[i];
    }
  return parts_write (&parts);
}

/* Changes of bytes, or of the characters of a text */

static guint8
draw_byte (Share *self, const char *alphabet)
{
  return alphabet != NULL ? (guint8)alphabet[draw (self, (guint)strlen (alphabet))]
                          : (guint8)draw (self, 256);
}

static void
insert (GByteArray *bytes, guint at, guint8 byte)
{
  g_byte_array_append (bytes, &byte, 1);
  memmove (bytes->data + at + 1, bytes->data + at, bytes->len - 1 - at);
  bytes->data[at] = byte;
}

static void
change_once (Share *self, GByteArray *bytes, GBytes *other, const char *alphabet)
{
  guint at = draw (self, bytes->len);
  guint to = draw (self, bytes->len);
  guint8 byte = bytes->data[at];

  switch (draw (self, 8))
    {
    case 0:
      bytes->data[at] ^= (guint8)(1 << draw (self, 8));
      break;
    case 1:
      bytes->data[at] = draw_byte (self, alphabet);
      break;
    case 2:
      bytes->data[at] = bytes->data[to];
      bytes->data[to] = byte;
      break;
    case 3:
      g_byte_array_set_size (bytes, MAX (at, 1));
      break;
    case 4:
      g_byte_array_remove_range (bytes, 0, at);
      break;
    case 5:
      insert (bytes, at, draw_byte (self, alphabet));
      break;
    case 6:
      if (bytes->len > 1)
        g_byte_array_remove_index (bytes, at);
      break;
    default:
      {
        /* The beginning of one and the end of another, cut at one place or at two. */
        gsize n;
        const guint8 *data = g_bytes_get_data (other, &n);
        gsize from = draw (self, 2) == 0 ? MIN (at, n) : draw (self, (guint)n);

        g_byte_array_set_size (bytes, at);
        g_byte_array_append (bytes, data + from, (guint)(n - from));
        if (bytes->len == 0)
          insert (bytes, 0, draw_byte (self, alphabet));
      }
    }
}

static GByteArray *
change_bytes (Share *self, GBytes *genuine, GBytes *other, const char *alphabet)
{
  gsize n;
  const guint8 *data = g_bytes_get_data (genuine, &n);
  GByteArray *bytes = g_byte_array_new ();

  g_byte_array_append (bytes, data, (guint)n);
  for (guint times = 1 + (draw (self, 3) == 0 ? draw (self, 4) : 0); times > 0; times--)
    change_once (self, bytes, other, alphabet);
  return bytes;
}

/* Judging */

static char *
write_form (GBytes *bytes, Form form)
{
  g_autofree char *base45 = NULL;

  if (form == FORM_ENVELOPE)
    return ds_evidence_envelope_write (bytes);
  base45 = ds_base45_encode (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  return g_strconcat (PREFIX, base45, NULL);
}

/* Returns: whether what was read is accepted and is none of the genuine ones. An envelope may hold one of those with
 * other objects around it. */
static gboolean
is_violation (Share *self, const DsEvidence *evidence)
{
  if (evidence == NULL || is_genuine (self->world, evidence->bytes))
    return FALSE;
  self->n_verified++;
  return ds_evidence_verify (evidence, self->world->fixture.trust, NULL, NULL, -1, EVIDENCE_NOW_S)
         == DS_EVIDENCE_OK;
}

static void
tell (Share *self, const void *data, gsize n)
{
  g_autofree char *base64 = g_base64_encode (data, n);

  self->n_violations++;
  g_printerr ("accepted, in base64: %s\n", base64);
}

/* Returns: whether there was a change. */
static gboolean
try_bytes (Share *self, const DsEvidence *evidence, const DsEvidence *other, Form form)
{
  g_autoptr (GByteArray) changed = draw (self, 3) == 0
                                       ? change_objects (self, evidence, other)
                                       : change_bytes (self, evidence->bytes, other->bytes, NULL);
  g_autoptr (GBytes) bytes = g_byte_array_free_to_bytes (g_steal_pointer (&changed));
  g_autofree char *text = form != FORM_BYTES ? write_form (bytes, form) : NULL;
  g_autoptr (DsEvidence) read
      = text != NULL ? ds_evidence_parse_text (text, NULL) : ds_evidence_parse (bytes, NULL);

  if (is_genuine (self->world, bytes))
    return FALSE;
  if (is_violation (self, read))
    tell (self, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  return TRUE;
}

static gboolean
try_text (Share *self, const DsEvidence *evidence, const DsEvidence *other, Form form)
{
  static const char base45[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
  static const char base64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=";
  g_autofree char *text = write_form (evidence->bytes, form);
  g_autofree char *other_text = write_form (other->bytes, form);
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));
  g_autoptr (GBytes) other_bytes = g_bytes_new (other_text, strlen (other_text));
  g_autoptr (GByteArray) changed
      = change_bytes (self, bytes, other_bytes, form == FORM_BASE45 ? base45 : base64);
  const char *changed_text;
  g_autoptr (DsEvidence) read = NULL;

  g_byte_array_append (changed, (const guint8 *)"", 1);
  changed_text = (const char *)changed->data;
  if (strcmp (changed_text, text) == 0 || strcmp (changed_text, other_text) == 0)
    return FALSE;
  read = ds_evidence_parse_text (changed_text, NULL);
  if (is_violation (self, read))
    tell (self, changed_text, strlen (changed_text));
  return TRUE;
}

static gpointer
run_share (gpointer data)
{
  Share *self = data;

  for (guint i = 0; i < self->n_cases;)
    {
      const DsEvidence *evidence = self->world->genuine[draw (self, N_GENUINE)];
      const DsEvidence *other = self->world->genuine[draw (self, N_GENUINE)];
      Form form = (Form)draw (self, N_FORMS);
      gboolean by_text = form != FORM_BYTES && draw (self, 2) == 0;

      i += (by_text ? try_text : try_bytes) (self, evidence, other, form) ? 1 : 0;
    }
  return NULL;
}

static void
assert_genuine (const World *world)
{
  for (guint i = 0; i < N_GENUINE; i++)
    for (Form form = FORM_BASE45; form < N_FORMS; form++)
      {
        g_autofree char *text = write_form (world->genuine[i]->bytes, form);
        g_autoptr (DsEvidence) read = ds_evidence_parse_text (text, NULL);

        g_assert_nonnull (read);
        g_assert_cmpint (ds_evidence_verify (read, world->fixture.trust, NULL, NULL, -1, EVIDENCE_NOW_S), ==,
                         DS_EVIDENCE_OK);
      }
}

static void
test_random (void)
{
  g_autoptr (DsKey) other_wallet = ds_key_generate (NULL);
  guint n_threads = MAX (g_get_num_processors (), 1);
  g_autofree Share *shares = g_new0 (Share, n_threads);
  g_autofree GThread **threads = g_new0 (GThread *, n_threads);
  guint n_violations = 0;
  guint n_verified = 0;
  World world;

  evidence_fixture_set_up (&world.fixture, NULL);
  for (guint i = 0; i < N_GENUINE; i++)
    world.genuine[i] = make_genuine (&world, other_wallet, i);
  assert_genuine (&world);

  for (guint i = 0; i < n_threads; i++)
    {
      shares[i].world = &world;
      shares[i].rand = g_rand_new_with_seed ((guint32)g_test_rand_int ());
      shares[i].n_cases = n_cases / n_threads + (i < n_cases % n_threads ? 1 : 0);
      threads[i] = g_thread_new ("share", run_share, &shares[i]);
    }
  for (guint i = 0; i < n_threads; i++)
    {
      g_thread_join (threads[i]);
      g_rand_free (shares[i].rand);
      n_violations += shares[i].n_violations;
      n_verified += shares[i].n_verified;
    }
  g_test_message ("%u of the changes had a good form, and only a signature told", n_verified);
  g_test_message ("campaign: evidence-changes, %u, %u", n_cases, n_violations);
  g_assert_cmpuint (n_violations, ==, 0);
  /* Changes that are refused for their form alone would say nothing of the signatures. */
  g_assert_cmpuint (n_verified, >, n_cases / 10);

  for (guint i = 0; i < N_GENUINE; i++)
    ds_evidence_free (world.genuine[i]);
  evidence_fixture_tear_down (&world.fixture, NULL);
}

int
main (int argc, char **argv)
{
  const char *wanted;

  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  wanted = g_getenv ("DS_CASES") != NULL ? g_getenv ("DS_CASES") : argc > 1 ? argv[1] : NULL;
  if (wanted != NULL)
    n_cases = (guint)strtoul (wanted, NULL, 10);
  g_test_add_func ("/evidence-changes/random", test_random);
  return g_test_run ();
}
