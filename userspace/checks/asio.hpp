// SPDX-License-Identifier: GPL-2.0
// Asio, compiled once in asio.cpp: all others are told by ASIO_SEPARATE_COMPILATION.
#pragma once

// A coroutine's frame has its own new and delete, a pair; when gcc inlines one of
// them only, it takes them for a mistake.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"
#endif

#include <asio/any_io_executor.hpp>
#include <asio/awaitable.hpp>
#include <asio/buffer.hpp>
#include <asio/redirect_error.hpp>
#include <asio/this_coro.hpp>
#include <asio/use_awaitable.hpp>
