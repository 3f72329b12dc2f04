// SPDX-License-Identifier: Apache-2.0
/**
 * Real servers, real clients. Every test here starts processes on loopback with free ports and
 * temporary folders, and ends them. Classes named {@code *IT} need etcd or etcdctl or much time and
 * run in the profile {@code ci} only; they fail, and do not skip, where the programs are absent.
 * Start reading at {@link io.cairn.endtoend.ServerProcess}.
 */
@NullMarked
package io.cairn.endtoend;

import org.jspecify.annotations.NullMarked;
