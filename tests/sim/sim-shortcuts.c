/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What takes time and tells a simulation nothing. Linked in place of the real functions (--wrap). */
#include "config.h"

#include "sim-shortcuts.h"

#include "ds-key.h"

#include <fcntl.h>
#include <gio/gio.h>
#include <string.h>
#include <unistd.h>

/* Signatures: one costs a fifth of a millisecond, and a company makes hundreds, half of its time. So most companies
 * sign with a digest instead, which says the same of every byte that is signed, and which anybody could forge. Nobody
 * does so here; what becomes of forged evidence is for the tests of the layers. */

static gboolean quick;

void
sim_shortcuts_sign_quickly (gboolean on)
{
  quick = on;
}

gboolean __real_ds_key_sign (DsKey *self,
                             const void *data,
                             gsize n,
                             guint8 signature[DS_SM2_SIGNATURE_SIZE],
                             GError **error);
gboolean
__real_ds_key_verify (DsKey *self, const void *data, gsize n, const guint8 signature[DS_SM2_SIGNATURE_SIZE]);
gboolean __wrap_ds_key_sign (DsKey *self,
                             const void *data,
                             gsize n,
                             guint8 signature[DS_SM2_SIGNATURE_SIZE],
                             GError **error);
gboolean
__wrap_ds_key_verify (DsKey *self, const void *data, gsize n, const guint8 signature[DS_SM2_SIGNATURE_SIZE]);

/* Both halves follow from key and data, so that no bit of them can change unseen. */
static void
digest (DsKey *key, const void *data, gsize n, guint8 signature[DS_SM2_SIGNATURE_SIZE])
{
  ds_hmac_sm3 (ds_key_get_public (key), DS_SM2_PUBLIC_SIZE, n > 0 ? data : "", n, signature);
  ds_sm3 (signature, DS_SM3_SIZE, signature + DS_SM3_SIZE);
}

gboolean
__wrap_ds_key_sign (DsKey *self,
                    const void *data,
                    gsize n,
                    guint8 signature[DS_SM2_SIGNATURE_SIZE],
                    GError **error)
{
  if (!quick || !ds_key_has_private (self))
    return __real_ds_key_sign (self, data, n, signature, error);
  digest (self, data, n, signature);
  return TRUE;
}

gboolean
__wrap_ds_key_verify (DsKey *self, const void *data, gsize n, const guint8 signature[DS_SM2_SIGNATURE_SIZE])
{
  guint8 expected[DS_SM2_SIGNATURE_SIZE];

  if (quick)
    {
      digest (self, data, n, expected);
      if (memcmp (expected, signature, sizeof expected) == 0)
        return TRUE;
    }
  /* What was signed before the company began. */
  return __real_ds_key_verify (self, data, n, signature);
}

/* Room taken beforehand, for a full disk and for a log that is reused: megabytes to write and to copy, on a disk that is
 * memory and never full. What is taken is nothing. */

#define ZEROS_BYTES (64 * 1024)

int __wrap_posix_fallocate64 (int file, off_t offset, off_t n);
ssize_t __real_write (int file, const void *bytes, size_t n);
ssize_t __wrap_write (int file, const void *bytes, size_t n);

int
__wrap_posix_fallocate64 (int file, off_t offset, off_t n)
{
  return 0;
}

ssize_t
__wrap_write (int file, const void *bytes, size_t n)
{
  const char *at = bytes;

  if (n == ZEROS_BYTES && at[0] == 0 && memcmp (at, at + 1, n - 1) == 0)
    return 0;
  return __real_write (file, bytes, n);
}

/* What a card's copier does beside everything else: here it is done at once, and what was done is told as ever. */

void __wrap_g_task_run_in_thread (GTask *task, GTaskThreadFunc run);

void
__wrap_g_task_run_in_thread (GTask *task, GTaskThreadFunc run)
{
  run (task, g_task_get_source_object (task), g_task_get_task_data (task), g_task_get_cancellable (task));
}
