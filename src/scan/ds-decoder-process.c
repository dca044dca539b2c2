/* SPDX-License-Identifier: GPL-3.0-or-later */
#define _GNU_SOURCE
#include "config.h"

#include "ds-decoder-process.h"

#include "ds-decoder-wire.h"
#include "ds-error.h"
#include "ds-program.h"
#include "ds-task.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <glib/gi18n.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

/* Loading the program and its libraries, on a busy handheld. */
#define START_LIMIT_MS 5000

/* A helper that fails this often without reading anything is broken, not unlucky: starting it again for every frame
 * would only heat the device. It gets another chance after the pause. */
#define MAX_FAILURES 3
#define PAUSE_MS 5000

/* Larger pictures are rare; their pages are given back. */
#define KEEP_BYTES ((gsize)4 * 1024 * 1024)

struct _DsDecoderProcess
{
  GObject parent;

  char *program;
  GMainContext *context;

  GSubprocess *process; /* (nullable): while it runs */
  int socket;
  guint8 *memory; /* (nullable): @DS_WIRE_MEMORY_SIZE bytes that the helper reads */
  int memory_fd;
  gboolean is_ready;
  GSource *readable;
  GSource *deadline; /* (nullable) */

  GTask *current; /* (nullable): what the helper works on */
  DsWirePhoto photo;
  GByteArray *pixels; /* (nullable): as many of the photograph's as have come */
  guint32 id;
  GQueue waiting; /* (element-type GTask) */

  guint n_failures; /* in a row */
  gint64 failed_at_us;
};

G_DEFINE_FINAL_TYPE (DsDecoderProcess, ds_decoder_process, G_TYPE_OBJECT)

/* A picture on its way to the helper. */
typedef struct
{
  DsWireRequest request;
  GBytes *bytes;
} Job;

static void send_next (DsDecoderProcess *self);

static void
job_free (Job *job)
{
  g_clear_pointer (&job->bytes, g_bytes_unref);
  g_free (job);
}

static void
clear_source (GSource **source)
{
  if (*source == NULL)
    return;
  g_source_destroy (*source);
  g_clear_pointer (source, g_source_unref);
}

static void
stop_helper (DsDecoderProcess *self)
{
  clear_source (&self->readable);
  clear_source (&self->deadline);
  if (self->process != NULL)
    g_subprocess_force_exit (self->process);
  g_clear_object (&self->process);
  if (self->socket >= 0)
    close (self->socket);
  self->socket = -1;
  if (self->memory != NULL)
    munmap (self->memory, DS_WIRE_MEMORY_SIZE);
  self->memory = NULL;
  if (self->memory_fd >= 0)
    close (self->memory_fd);
  self->memory_fd = -1;
  self->is_ready = FALSE;
  g_clear_pointer (&self->pixels, g_byte_array_unref);
}

/* The helper is of no more use: the picture it was given is lost, the next one gets another helper. */
static void
give_up (DsDecoderProcess *self)
{
  g_autoptr (DsDecoderProcess) keep = g_object_ref (self);
  g_autoptr (GTask) task = g_steal_pointer (&self->current);

  stop_helper (self);
  self->n_failures++;
  self->failed_at_us = g_get_monotonic_time ();
  if (task != NULL)
    g_task_return_new_error (
        task, DS_ERROR, DS_ERROR_PROTOCOL, "%s",
        _ ("The picture broke the code reader, which was started anew. Take another one."));
  send_next (self);
}

static gboolean
did_pass_deadline (gpointer user_data)
{
  give_up (user_data);
  return G_SOURCE_REMOVE;
}

static void
set_deadline (DsDecoderProcess *self, guint limit_ms)
{
  clear_source (&self->deadline);
  self->deadline = g_timeout_source_new (limit_ms);
  g_source_set_callback (self->deadline, did_pass_deadline, self, NULL);
  g_source_attach (self->deadline, self->context);
}

static void
set_work_deadline (DsDecoderProcess *self)
{
  const Job *job = g_task_get_task_data (self->current);

  set_deadline (self, job->request.content == DS_WIRE_FRAME ? DS_DECODER_FRAME_LIMIT_MS
                                                            : DS_DECODER_PICTURE_LIMIT_MS);
}

/* Returns: (transfer full): the task that the helper has done. */
static GTask *
end_current (DsDecoderProcess *self)
{
  GTask *task = g_steal_pointer (&self->current);
  const Job *job = g_task_get_task_data (task);

  clear_source (&self->deadline);
  self->n_failures = 0;
  if (job->request.size > KEEP_BYTES)
    madvise (self->memory, DS_WIRE_MEMORY_SIZE, MADV_REMOVE);
  return task;
}

static gboolean
is_for_photo (DsDecoderProcess *self)
{
  const Job *job = g_task_get_task_data (self->current);

  return job->request.content == DS_WIRE_PHOTO;
}

static void
finish_with_reading (DsDecoderProcess *self, DsReading *reading)
{
  g_autoptr (DsDecoderProcess) keep = g_object_ref (self);
  g_autoptr (GTask) task = end_current (self);

  if (reading != NULL)
    g_task_return_pointer (task, reading, (GDestroyNotify)ds_reading_free);
  else
    g_task_return_new_error (
        task, DS_ERROR, DS_ERROR_INVALID, "%s",
        _ ("This is not a picture that can be read. Choose a PNG or JPEG picture of the code."));
  send_next (self);
}

static void
finish_without_photo (DsDecoderProcess *self, gboolean too_large)
{
  g_autoptr (DsDecoderProcess) keep = g_object_ref (self);
  g_autoptr (GTask) task = end_current (self);

  if (too_large)
    g_task_return_new_error (task, DS_ERROR, DS_ERROR_OVERFLOW, "%s",
                             _ ("The picture is too large; take it again, smaller"));
  else
    g_task_return_new_error (task, DS_ERROR, DS_ERROR_INVALID, "%s",
                             _ ("This picture cannot be read; choose another"));
  send_next (self);
}

static gsize
count_photo_bytes (DsDecoderProcess *self)
{
  return (gsize)self->photo.width * self->photo.height * DS_PHOTO_BYTES_PER_PIXEL;
}

/* Returns: whether it is no more than was promised. */
static gboolean
take_pixels (DsDecoderProcess *self, const guint8 *message, gsize n)
{
  g_autoptr (DsDecoderProcess) keep = g_object_ref (self);
  g_autoptr (GTask) task = NULL;
  DsPhoto *photo;

  if (n > count_photo_bytes (self) - self->pixels->len)
    return FALSE;
  g_byte_array_append (self->pixels, message, (guint)n);
  if (self->pixels->len < count_photo_bytes (self))
    return TRUE;
  photo = g_new (DsPhoto, 1);
  photo->width = self->photo.width;
  photo->height = self->photo.height;
  photo->pixels = g_byte_array_free_to_bytes (g_steal_pointer (&self->pixels));
  task = end_current (self);
  g_task_return_pointer (task, photo, (GDestroyNotify)ds_photo_free);
  send_next (self);
  return TRUE;
}

/* Returns: whether it made sense. */
static gboolean
take_reply (DsDecoderProcess *self, const guint8 *message, gsize n)
{
  g_autoptr (DsReading) reading = NULL;
  DsWireReply reply;
  DsWirePhoto photo;

  if (self->pixels != NULL)
    return take_pixels (self, message, n);
  if (!ds_wire_parse_reply (message, n, &reply, &reading, &photo))
    return FALSE;
  if (!self->is_ready)
    {
      self->is_ready = reply.status == DS_WIRE_READY && reply.id == 0;
      clear_source (&self->deadline);
      if (self->is_ready && self->current != NULL)
        set_work_deadline (self);
      return self->is_ready;
    }
  if (self->current == NULL || reply.id != self->id || reply.status == DS_WIRE_READY)
    return FALSE;
  if (!is_for_photo (self))
    {
      if (reply.status != DS_WIRE_READ && reply.status != DS_WIRE_NO_PICTURE)
        return FALSE;
      finish_with_reading (self, g_steal_pointer (&reading));
    }
  else if (reply.status == DS_WIRE_SMALL)
    {
      self->photo = photo;
      self->pixels = g_byte_array_sized_new ((guint)count_photo_bytes (self));
    }
  else if (reply.status == DS_WIRE_NO_PICTURE || reply.status == DS_WIRE_TOO_LARGE)
    finish_without_photo (self, reply.status == DS_WIRE_TOO_LARGE);
  else
    return FALSE;
  return TRUE;
}

static gboolean
did_become_readable (int fd, GIOCondition condition, gpointer user_data)
{
  g_autoptr (DsDecoderProcess) self = g_object_ref (user_data);
  g_autofree guint8 *message = g_malloc (DS_WIRE_REPLY_SIZE);
  ssize_t n = recv (fd, message, DS_WIRE_REPLY_SIZE, MSG_DONTWAIT | MSG_TRUNC);

  if (n < 0 && (errno == EAGAIN || errno == EINTR))
    return G_SOURCE_CONTINUE;
  if (n <= 0 || (gsize)n > DS_WIRE_REPLY_SIZE || !take_reply (self, message, (gsize)n))
    give_up (self);
  return G_SOURCE_CONTINUE;
}

/* Starting */

/* Memory that we write and the helper can only read; neither can take it away from under the other. */
static gboolean
make_memory (DsDecoderProcess *self)
{
  void *memory;

  self->memory_fd = memfd_create ("doorstep-picture", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  if (self->memory_fd < 0 || ftruncate (self->memory_fd, (off_t)DS_WIRE_MEMORY_SIZE) != 0)
    return FALSE;
  memory = mmap (NULL, DS_WIRE_MEMORY_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, self->memory_fd, 0);
  if (memory == MAP_FAILED)
    return FALSE;
  self->memory = memory;
  return fcntl (self->memory_fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_FUTURE_WRITE) == 0;
}

static gboolean
start_helper (DsDecoderProcess *self)
{
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDIN_PIPE);
  const char *argv[] = { self->program, NULL };
  int ends[2];
  int memory_fd;

  if (self->n_failures >= MAX_FAILURES
      && g_get_monotonic_time () - self->failed_at_us < PAUSE_MS * (gint64)1000)
    return FALSE;
  if (!make_memory (self) || socketpair (AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
    {
      stop_helper (self);
      return FALSE;
    }
  self->socket = ends[0];
  memory_fd = fcntl (self->memory_fd, F_DUPFD_CLOEXEC, DS_WIRE_MEMORY_FD + 1);

  g_subprocess_launcher_set_environ (launcher, (char **)&argv[1]); /* nothing of ours is its business */
  g_subprocess_launcher_take_fd (launcher, ends[1], DS_WIRE_SOCKET_FD);
  g_subprocess_launcher_take_fd (launcher, memory_fd, DS_WIRE_MEMORY_FD);
  self->process = g_subprocess_launcher_spawnv (launcher, argv, NULL);
  if (self->process == NULL)
    {
      stop_helper (self);
      self->n_failures++;
      self->failed_at_us = g_get_monotonic_time ();
      return FALSE;
    }

  self->readable = g_unix_fd_source_new (self->socket, G_IO_IN | G_IO_HUP | G_IO_ERR);
  g_source_set_callback (self->readable, G_SOURCE_FUNC (did_become_readable), self, NULL);
  g_source_attach (self->readable, self->context);
  set_deadline (self, START_LIMIT_MS);
  return TRUE;
}

/* Work */

static void
send_current (DsDecoderProcess *self)
{
  Job *job = g_task_get_task_data (self->current);

  job->request.id = ++self->id;
  memcpy (self->memory, g_bytes_get_data (job->bytes, NULL), job->request.size);
  g_clear_pointer (&job->bytes, g_bytes_unref);
  if (self->is_ready)
    set_work_deadline (self);
  if (send (self->socket, &job->request, sizeof job->request, MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
    give_up (self);
}

static void
send_next (DsDecoderProcess *self)
{
  while (self->current == NULL && !g_queue_is_empty (&self->waiting))
    {
      g_autoptr (GTask) task = g_queue_pop_head (&self->waiting);

      if (g_task_return_error_if_cancelled (task))
        continue;
      if (self->process == NULL && !start_helper (self))
        {
          g_task_return_new_error (
              task, DS_ERROR, DS_ERROR_STATE, "%s",
              _ ("The code reader cannot be started. Type the code in, and have Doorstep installed again."));
          continue;
        }
      self->current = g_steal_pointer (&task);
      send_current (self);
    }
}

static void
push_job (DsDecoderProcess *self, GTask *task, GBytes *bytes, const DsWireRequest *request)
{
  Job *job = g_new0 (Job, 1);

  job->bytes = g_bytes_ref (bytes);
  job->request = *request;
  job->request.size = g_bytes_get_size (bytes);
  g_task_set_task_data (task, job, (GDestroyNotify)job_free);
  g_queue_push_tail (&self->waiting, g_object_ref (task));
  send_next (self);
}

gboolean
ds_decoder_process_is_busy (DsDecoderProcess *self)
{
  g_return_val_if_fail (DS_IS_DECODER_PROCESS (self), TRUE);
  return self->current != NULL;
}

void
ds_decoder_process_decode_frame_async (DsDecoderProcess *self,
                                       GBytes *pixels,
                                       guint width,
                                       guint height,
                                       gsize stride,
                                       GCancellable *cancellable,
                                       GAsyncReadyCallback callback,
                                       gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);

  g_return_if_fail (DS_IS_DECODER_PROCESS (self));
  g_return_if_fail (pixels != NULL && width > 0 && height > 0 && stride >= width && stride <= G_MAXUINT32);
  g_return_if_fail (g_bytes_get_size (pixels) >= stride * (height - 1) + width);

  g_task_set_source_tag (task, DS_TASK_TAG (ds_decoder_process_decode_frame_async));
  if (g_bytes_get_size (pixels) > DS_WIRE_MEMORY_SIZE)
    g_task_return_new_error (task, DS_ERROR, DS_ERROR_OVERFLOW, "%s",
                             _ ("The camera's pictures are too large. Choose a smaller size."));
  else if (self->current != NULL)
    g_task_return_new_error (task, DS_ERROR, DS_ERROR_STATE, "%s", _ ("Another picture is being read."));
  else
    push_job (self, task, pixels,
              &(DsWireRequest){
                  .content = DS_WIRE_FRAME, .width = width, .height = height, .stride = (guint32)stride });
}

void
ds_decoder_process_decode_picture_async (DsDecoderProcess *self,
                                         GBytes *bytes,
                                         GCancellable *cancellable,
                                         GAsyncReadyCallback callback,
                                         gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);

  g_return_if_fail (DS_IS_DECODER_PROCESS (self) && bytes != NULL);

  g_task_set_source_tag (task, DS_TASK_TAG (ds_decoder_process_decode_picture_async));
  if (g_bytes_get_size (bytes) > DS_WIRE_MEMORY_SIZE)
    g_task_return_new_error (
        task, DS_ERROR, DS_ERROR_OVERFLOW, "%s",
        _ ("The picture is too large. Choose a photograph or a screenshot of the code."));
  else
    push_job (self, task, bytes, &(DsWireRequest){ .content = DS_WIRE_PICTURE });
}

void
ds_decoder_process_load_photo_async (DsDecoderProcess *self,
                                     GBytes *file,
                                     GCancellable *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);

  g_return_if_fail (DS_IS_DECODER_PROCESS (self) && file != NULL);

  g_task_set_source_tag (task, DS_TASK_TAG (ds_decoder_process_load_photo_async));
  if (g_bytes_get_size (file) > DS_WIRE_MEMORY_SIZE)
    g_task_return_new_error (task, DS_ERROR, DS_ERROR_OVERFLOW, "%s",
                             _ ("The picture is too large; take it again, smaller"));
  else if (!ds_photo_is_picture (file))
    g_task_return_new_error (task, DS_ERROR, DS_ERROR_INVALID, "%s",
                             _ ("This is neither a JPEG nor a PNG picture; choose another"));
  else
    push_job (self, task, file, &(DsWireRequest){ .content = DS_WIRE_PHOTO });
}

DsPhoto *
ds_decoder_process_load_photo_finish (DsDecoderProcess *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_async_result_is_tagged (result, DS_TASK_TAG (ds_decoder_process_load_photo_async)),
                        NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}

DsReading *
ds_decoder_process_decode_finish (DsDecoderProcess *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
ds_decoder_process_dispose (GObject *object)
{
  DsDecoderProcess *self = DS_DECODER_PROCESS (object);

  stop_helper (self);
  G_OBJECT_CLASS (ds_decoder_process_parent_class)->dispose (object);
}

static void
ds_decoder_process_finalize (GObject *object)
{
  DsDecoderProcess *self = DS_DECODER_PROCESS (object);

  /* A task holds a reference to its source: none can be left. */
  g_assert (self->current == NULL && g_queue_is_empty (&self->waiting));
  g_free (self->program);
  g_main_context_unref (self->context);
  G_OBJECT_CLASS (ds_decoder_process_parent_class)->finalize (object);
}

static void
ds_decoder_process_class_init (DsDecoderProcessClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = ds_decoder_process_dispose;
  object_class->finalize = ds_decoder_process_finalize;
}

static void
ds_decoder_process_init (DsDecoderProcess *self)
{
  self->context = g_main_context_ref_thread_default ();
  self->socket = -1;
  self->memory_fd = -1;
  g_queue_init (&self->waiting);
}

DsDecoderProcess *
ds_decoder_process_new (const char *program)
{
  DsDecoderProcess *self = g_object_new (DS_TYPE_DECODER_PROCESS, NULL);

  self->program = program != NULL
                      ? g_strdup (program)
                      : ds_program_find ("DOORSTEP_DECODER", "decoder", DS_DECODER_PROGRAM, DS_LIBEXEC_DIR);
  return self;
}

DsDecoderProcess *
ds_decoder_process_get_default (void)
{
  static DsDecoderProcess *shared;

  if (shared == NULL)
    shared = ds_decoder_process_new (NULL);
  return shared;
}
