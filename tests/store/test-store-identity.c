/* SPDX-License-Identifier: GPL-3.0-or-later */
/* By which keys a handheld knows its depot: from each to the next, and no others. */
#include "config.h"

#include "ds-depot-key.h"
#include "ds-error.h"
#include "ds-store.h"

#include <string.h>

#define FROM_MS 1000
#define UNTIL_MS 2000

typedef struct
{
  DsKey *keys[4];
  char *announcements[4]; /* [2] announces the third key, signed by the second */
  DsIdentity *identity;
} Scene;

static char *
announce (DsKey *key, gint64 number, DsKey *previous)
{
  const DsDepotKey draft = { number, key, FROM_MS, UNTIL_MS };
  g_autoptr (GError) error = NULL;
  char *announcement = ds_depot_key_announce (&draft, previous, &error);

  g_assert_no_error (error);
  return announcement;
}

static void
set_up (Scene *scene, gconstpointer data)
{
  for (guint i = 0; i < G_N_ELEMENTS (scene->keys); i++)
    {
      scene->keys[i] = ds_key_generate (NULL);
      scene->announcements[i] = i > 0 ? announce (scene->keys[i], i + 1, scene->keys[i - 1]) : NULL;
    }
  scene->identity = g_new0 (DsIdentity, 1);
  scene->identity->depot_key = ds_key_ref (scene->keys[0]);
}

static void
tear_down (Scene *scene, gconstpointer data)
{
  for (guint i = 0; i < G_N_ELEMENTS (scene->keys); i++)
    {
      ds_key_unref (scene->keys[i]);
      g_free (scene->announcements[i]);
    }
  ds_identity_free (scene->identity);
}

static gboolean
learn (Scene *scene, const char *announcement)
{
  g_autoptr (GError) error = NULL;
  gboolean is_new;

  ds_identity_learn_key (scene->identity, announcement, &is_new, &error);
  g_assert_no_error (error);
  return is_new;
}

static char *
sign (DsKey *key)
{
  return ds_jws_sign (key, "depot", "{}", 2, NULL);
}

static void
test_follow (Scene *scene, gconstpointer data)
{
  g_autofree char *by_first = sign (scene->keys[0]);
  g_autofree char *by_last = sign (scene->keys[3]);
  g_autoptr (DsIdentity) copy = NULL;

  g_assert_false (ds_identity_find_key (scene->identity, by_last) == scene->keys[3]);
  /* Out of order nothing is believed yet. */
  g_assert_false (learn (scene, scene->announcements[3]));
  for (guint i = 1; i < G_N_ELEMENTS (scene->keys); i++)
    {
      g_assert_true (learn (scene, scene->announcements[i]));
      g_assert_false (learn (scene, scene->announcements[i]));
      g_assert_true (ds_identity_knows_announcement (scene->identity, scene->announcements[i]));
    }
  copy = ds_identity_copy (scene->identity);
  g_assert_true (ds_jws_verify (ds_identity_find_key (copy, by_last), by_last, -1, NULL, NULL, NULL));
  g_assert_true (ds_identity_find_key (copy, by_first) == scene->keys[0]);
  g_assert_true (ds_jws_verify (ds_identity_get_newest_key (copy), by_last, -1, NULL, NULL, NULL));
}

/* What a replaced key signs is good when it is old, and not taken as new. */
static void
test_replaced (Scene *scene, gconstpointer data)
{
  g_autofree char *by_first = sign (scene->keys[0]);
  g_autofree char *by_second = sign (scene->keys[1]);
  g_autofree char *theft = announce (scene->keys[3], 2, scene->keys[0]);
  g_autoptr (GError) error = NULL;
  gboolean is_new;

  g_assert_true (ds_identity_check_new (scene->identity, by_first, G_MAXINT64, NULL));
  g_assert_true (learn (scene, scene->announcements[1]));
  g_assert_true (ds_identity_check_new (scene->identity, by_first, UNTIL_MS, NULL));
  g_assert_false (ds_identity_check_new (scene->identity, by_first, UNTIL_MS + 1, NULL));
  g_assert_true (ds_identity_check_new (scene->identity, by_second, G_MAXINT64, NULL));
  /* Nor does it name others any more. */
  g_assert_false (ds_identity_learn_key (scene->identity, theft, &is_new, &error));
  g_assert_error (error, DS_ERROR, DS_ERROR_CRYPTO);
}

static void
test_strangers (Scene *scene, gconstpointer data)
{
  g_autoptr (DsKey) stranger = ds_key_generate (NULL);
  g_autofree char *forged = announce (scene->keys[1], 2, stranger);
  g_autofree char *nonsense = sign (scene->keys[0]);
  g_autoptr (GError) error = NULL;
  gboolean is_new;

  g_assert_false (learn (scene, forged));
  g_assert_null (scene->identity->later_keys);
  g_assert_false (ds_identity_learn_key (scene->identity, nonsense, &is_new, &error));
  g_assert_error (error, DS_ERROR, DS_ERROR_INVALID);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add ("/store/identity/follow", Scene, NULL, set_up, test_follow, tear_down);
  g_test_add ("/store/identity/replaced", Scene, NULL, set_up, test_replaced, tear_down);
  g_test_add ("/store/identity/strangers", Scene, NULL, set_up, test_strangers, tear_down);
  return g_test_run ();
}
