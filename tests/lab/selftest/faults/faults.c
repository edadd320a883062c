// SPDX-License-Identifier: GPL-2.0
/*
 * Mistakes on demand: what the debug kernel and the lab have to notice.
 */
#include <linux/delay.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>

static char *fault = "";
module_param(fault, charp, 0);
MODULE_PARM_DESC(fault, "leak, use-after-free, sleep or order");

#define LEAKS 16

static DEFINE_MUTEX(one);
static DEFINE_MUTEX(other);
static DEFINE_SPINLOCK(spinning);

/* More than one, because a forgotten register may still point to the last. */
static int leak(void)
{
	int i;

	for (i = 0; i < LEAKS; i++) {
		char *memory = kmalloc(100, GFP_KERNEL);

		if (!memory)
			return -ENOMEM;
		WRITE_ONCE(*memory, 1);
	}
	return 0;
}

static int use_after_free(void)
{
	char *memory = kmalloc(100, GFP_KERNEL);

	if (!memory)
		return -ENOMEM;
	kfree(memory);
	return READ_ONCE(*memory) ? 0 : 0;
}

static int sleep_in_atomic(void)
{
	spin_lock(&spinning);
	msleep(20);
	spin_unlock(&spinning);
	return 0;
}

static int wrong_order(void)
{
	mutex_lock(&one);
	mutex_lock(&other);
	mutex_unlock(&other);
	mutex_unlock(&one);

	mutex_lock(&other);
	mutex_lock(&one);
	mutex_unlock(&one);
	mutex_unlock(&other);
	return 0;
}

static int __init faults_init(void)
{
	if (!strcmp(fault, "leak"))
		return leak();
	if (!strcmp(fault, "use-after-free"))
		return use_after_free();
	if (!strcmp(fault, "sleep"))
		return sleep_in_atomic();
	if (!strcmp(fault, "order"))
		return wrong_order();
	return -EINVAL;
}
module_init(faults_init);

static void __exit faults_exit(void)
{
}
module_exit(faults_exit);

MODULE_DESCRIPTION("Mistakes on demand, to test the tests");
MODULE_LICENSE("GPL");
