/* SPDX-License-Identifier: GPL-2.0 */
/*
 * poll() for proc files whose text changes: POLLPRI means that it has changed
 * since this file was opened or last read, as for /proc/mounts.
 *
 * Removing a proc file waits for its handlers, but a poll() that sleeps is in
 * none; it stays in our wait queue, and once the handlers are gone no waking
 * tells it anything. So before the file goes the text's changes are at an end:
 * whoever sleeps is woken, asks again, is told so, and awaited for a moment. Not
 * longer: who waits for other files as well may be asleep in one of theirs (FUSE),
 * and a namespace's exit must not wait for that. The queue then stays for them;
 * the module's exit, which holds up nobody else, awaits the last.
 *
 *	nfc_changes_end(changes);
 *	nfc_changes_drain(changes, nfc_changes_patience());
 *	proc_remove(file);
 *	nfc_changes_free(changes);
 */
#ifndef _NFC_PROC_POLL_H
#define _NFC_PROC_POLL_H

#include <linux/atomic.h>
#include <linux/delay.h>
#include <linux/jiffies.h>
#include <linux/list.h>
#include <linux/poll.h>
#include <linux/rcupdate.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/wait.h>

/**
 * struct nfc_waiters - who waits for a text to change
 * @queue: they
 * @told: how many there were when the text's changes ended
 * @asked: how many have asked since
 * @orphan: in nfc_orphans.list, when the text is gone
 * @rcu: for kfree_rcu(): epoll reads the queue while it lets go of it
 */
struct nfc_waiters {
	wait_queue_head_t queue;
	unsigned int told;
	atomic_t asked;
	struct list_head orphan;
	struct rcu_head rcu;
};

/**
 * struct nfc_orphans - who still waits for a text that is gone
 * @lock: of both
 * @list: of them
 * @count: their number
 * @unasked: how many texts have gone of late before all had asked who were told
 * @unasked_at: when the last of these went
 */
struct nfc_orphans {
	spinlock_t lock;	/* of both */
	struct list_head list;
	unsigned int count;
	unsigned int unasked;
	unsigned long unasked_at;
};

/* Each module has its own: NFC_DEFINE_ORPHANS(); */
extern struct nfc_orphans nfc_orphans;

#define NFC_DEFINE_ORPHANS()						\
	struct nfc_orphans nfc_orphans = {				\
		.lock = __SPIN_LOCK_UNLOCKED(nfc_orphans.lock),		\
		.list = LIST_HEAD_INIT(nfc_orphans.list),		\
	}

/**
 * struct nfc_changes - the changes of a text, and who waits for one
 * @count: their number
 * @over: there will be no more
 * @waiters: who waits
 */
struct nfc_changes {
	atomic_t count;
	bool over;
	struct nfc_waiters *waiters;
};

/* 0 or -ENOMEM */
static inline int nfc_changes_init(struct nfc_changes *changes)
{
	atomic_set(&changes->count, 0);
	changes->over = false;
	changes->waiters = kzalloc(sizeof(*changes->waiters),
				   GFP_KERNEL_ACCOUNT);
	if (!changes->waiters)
		return -ENOMEM;
	init_waitqueue_head(&changes->waiters->queue);
	return 0;
}

/* The text has changed, and whoever reads it from here on sees the new one. */
static inline void nfc_changed(struct nfc_changes *changes)
{
	atomic_inc_return_release(&changes->count);
	wake_up_interruptible_all(&changes->waiters->queue);
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
		poll_wait(file, &changes->waiters->queue, wait);
	/* Who wakes takes the queue's lock as well: one of us sees the other. */
	if (READ_ONCE(changes->over)) {
		atomic_inc(&changes->waiters->asked);
		return ready | EPOLLERR | EPOLLHUP | EPOLLPRI;
	}
	if (m->poll_event != atomic_read_acquire(&changes->count))
		ready |= EPOLLERR | EPOLLPRI;
	return ready;
}

/* From here on nobody begins to wait, and whoever does is told to leave. */
static inline void nfc_changes_end(struct nfc_changes *changes)
{
	struct nfc_waiters *waiters = changes->waiters;
	const struct list_head *waiter;
	unsigned long flags;

	spin_lock_irqsave(&waiters->queue.lock, flags);
	waiters->told = 0;
	list_for_each(waiter, &waiters->queue.head)
		waiters->told++;
	atomic_set(&waiters->asked, 0);
	WRITE_ONCE(changes->over, true);
	spin_unlock_irqrestore(&waiters->queue.lock, flags);
	wake_up_interruptible_all(&waiters->queue);
}

/* The text is back, before its file went. */
static inline void nfc_changes_resume(struct nfc_changes *changes)
{
	WRITE_ONCE(changes->over, false);
	nfc_changed(changes);
}

static inline bool nfc_waiters_left(struct nfc_waiters *waiters)
{
	bool left;

	spin_lock_irq(&waiters->queue.lock);
	/* Under its lock, because who leaves the queue holds it to the last. */
	left = waitqueue_active(&waiters->queue);
	spin_unlock_irq(&waiters->queue.lock);
	return left;
}

/*
 * poll() and select() leave as soon as they have asked again; epoll lets go of
 * a queue that says POLLFREE.
 */
static inline void nfc_waiters_dismiss(struct nfc_waiters *waiters)
{
	wake_up_poll(&waiters->queue,
		     EPOLLPRI | EPOLLERR | EPOLLHUP | POLLFREE);
}

/* Until when to await them. Where some do not leave, others wait less for it. */
static inline unsigned long nfc_changes_patience(void)
{
	return jiffies + HZ / (1 + READ_ONCE(nfc_orphans.count));
}

/*
 * epoll lets go of the queue whether or not it has asked again, and once the file
 * is gone nobody can be told. So it gets some time to ask; less each time that some
 * do not, for a namespace may end that has a thousand files which somebody watches
 * and never looks at.
 */
static inline void nfc_changes_tell(const struct nfc_waiters *waiters)
{
	struct nfc_orphans *all = &nfc_orphans;
	unsigned int unasked = READ_ONCE(all->unasked);
	unsigned long enough;

	if (time_after(jiffies, READ_ONCE(all->unasked_at) + 10 * HZ))
		unasked = 0;
	enough = jiffies + HZ / (2 * (1 + unasked));
	while (atomic_read(&waiters->asked) < waiters->told) {
		if (time_after_eq(jiffies, enough)) {
			WRITE_ONCE(all->unasked, unasked + 1);
			WRITE_ONCE(all->unasked_at, jiffies);
			break;
		}
		usleep_range(200, 1000);
	}
}

static inline void nfc_changes_drain(struct nfc_changes *changes,
				     unsigned long until)
{
	nfc_changes_tell(changes->waiters);
	while (nfc_waiters_left(changes->waiters) && time_before(jiffies, until)) {
		nfc_waiters_dismiss(changes->waiters);
		usleep_range(500, 2000);
	}
}

/* Of @most of them, those that have nobody left go. */
static inline void nfc_orphans_reap(unsigned int most)
{
	struct nfc_waiters *waiters;

	spin_lock(&nfc_orphans.lock);
	while (most-- && !list_empty(&nfc_orphans.list)) {
		waiters = list_first_entry(&nfc_orphans.list,
					   struct nfc_waiters, orphan);
		if (nfc_waiters_left(waiters)) {
			list_move_tail(&waiters->orphan, &nfc_orphans.list);
			continue;
		}
		list_del(&waiters->orphan);
		nfc_orphans.count--;
		kfree_rcu(waiters, rcu);
	}
	spin_unlock(&nfc_orphans.lock);
}

/* Its file, if it had one, is gone, and nobody changes it any more. */
static inline void nfc_changes_free(struct nfc_changes *changes)
{
	struct nfc_waiters *waiters = changes->waiters;

	/* One may have come after it was drained. */
	nfc_waiters_dismiss(waiters);
	if (nfc_waiters_left(waiters)) {
		spin_lock(&nfc_orphans.lock);
		list_add_tail(&waiters->orphan, &nfc_orphans.list);
		nfc_orphans.count++;
		spin_unlock(&nfc_orphans.lock);
	} else {
		kfree_rcu(waiters, rcu);
	}
	/* More than come, and not so many that it takes time. */
	nfc_orphans_reap(2);
}

/* In the module's exit, when all changes are freed. */
static inline void nfc_orphans_await(void)
{
	unsigned int count;

	while ((count = READ_ONCE(nfc_orphans.count))) {
		nfc_orphans_reap(count);
		usleep_range(500, 2000);
	}
}

#endif /* _NFC_PROC_POLL_H */
