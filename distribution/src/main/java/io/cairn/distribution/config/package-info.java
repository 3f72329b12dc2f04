// SPDX-License-Identifier: Apache-2.0
/**
 * The server's configuration: etcd's flags, environment variables and file, with their rules.
 *
 * <p>{@link io.cairn.distribution.config.OptionTable} is the one list of options. From the command
 * line, the environment or a file the same map of option values is made, checked, and turned into a
 * {@link io.cairn.distribution.config.ServerConfig}. Nothing here opens anything but the file.
 * Start reading at {@link io.cairn.distribution.config.Configuration}.
 */
@NullMarked
package io.cairn.distribution.config;

import org.jspecify.annotations.NullMarked;
