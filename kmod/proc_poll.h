/* SPDX-License-Identifier: GPL-2.0 */
/*
 * poll() for proc files whose text changes: POLLPRI means that it has changed
 * since this file was opened or last read, as for /proc/mounts.
 *
 * Removing a proc file waits for its handlers, but a poll() that sleeps is in
 * none; it stays in our wait queue, and once the handlers are gone no waking
 * tells it anything. So before the file goes the text's changes are at an end:
 * whoever sleeps is woken, told so, and awaited.
 *
 *	nfc_changes_end(changes);
 *	nfc_changes_drain(changes);
 *	proc_remove(file);
 *	nfc_changes_drain(changes);	one who came in between
 */
#ifndef _NFC_PROC_POLL_H
#define _NFC_PROC_POLL_H

#include <linux/atomic.h>
#include <linux/delay.h>
#include <linux/poll.h>
#include <linux/rcupdate.h>
#include <linux/seq_file.h>
#include <linux/wait.h>

/**
 * struct nfc_changes - the changes of a text, and who waits for one
 * @count: their number
 * @over: there will be no more
 * @queue: who waits
 */
struct nfc_changes {
	atomic_t count;
	bool over;
	wait_queue_head_t queue;
};

static inline void nfc_changes_init(struct nfc_changes *changes)
{
	atomic_set(&changes->count, 0);
	changes->over = false;
	init_waitqueue_head(&changes->queue);
}

/* The text has changed, and whoever reads it from here on sees the new one. */
static inline void nfc_changed(struct nfc_changes *changes)
{
	atomic_inc_return_release(&changes->count);
	wake_up_interruptible_all(&changes->queue);
}

/* Before the text is read, and when the file is opened. */
static inline void nfc_changes_seen(struct seq_file *m,
				    const struct nfc_changes *changes)
{
	m->poll_event = atomic_read_acquire(&changes->count);
}

static inline __poll_t nfc_proc_poll(struct file *file, poll_table *wait,
				     struct nfc_changes *changes)
{
	const struct seq_file *m = file->private_data;
	__poll_t ready = EPOLLIN | EPOLLRDNORM;

	if (!READ_ONCE(changes->over))
		poll_wait(file, &changes->queue, wait);
	/* Who wakes takes the queue's lock as well: one of us sees the other. */
	if (READ_ONCE(changes->over))
		return ready | EPOLLERR | EPOLLHUP | EPOLLPRI;
	if (m->poll_event != atomic_read_acquire(&changes->count))
		ready |= EPOLLERR | EPOLLPRI;
	return ready;
}

/* From here on nobody begins to wait, and whoever does is told to leave. */
static inline void nfc_changes_end(struct nfc_changes *changes)
{
	WRITE_ONCE(changes->over, true);
	wake_up_interruptible_all(&changes->queue);
}

static inline bool nfc_changes_awaited(struct nfc_changes *changes)
{
	bool awaited;

	spin_lock_irq(&changes->queue.lock);
	/* Under its lock, because who leaves the queue holds it to the last. */
	awaited = waitqueue_active(&changes->queue);
	spin_unlock_irq(&changes->queue.lock);
	return awaited;
}

/*
 * Until nobody waits. poll() and select() leave as soon as they have asked
 * again; epoll lets go of a queue that says POLLFREE.
 */
static inline void nfc_changes_drain(struct nfc_changes *changes)
{
	if (!nfc_changes_awaited(changes))
		return;
	do {
		wake_up_poll(&changes->queue,
			     EPOLLPRI | EPOLLERR | EPOLLHUP | POLLFREE);
		usleep_range(500, 2000);
	} while (nfc_changes_awaited(changes));
	/* epoll reads the queue under RCU while it lets go of it. */
	synchronize_rcu();
}

#endif /* _NFC_PROC_POLL_H */
