// SPDX-License-Identifier: Apache-2.0
/**
 * How a plugin says what it is, and how the server decides whether it can work with it.
 *
 * <h2>Rules</h2>
 *
 * <ul>
 *   <li>P1 A descriptor is a constant: it is the same for every instance and every call.
 *   <li>P2 {@link PluginDescriptor#SPI_VERSION} is a compile-time constant, so a plugin that writes
 *       it into its descriptor carries the number that its compiler saw. The server refuses another
 *       number, naming both.
 *   <li>P3 What a plugin does not list as a capability it does not offer; using it is refused as
 *       the seam's contract says.
 *   <li>P4 A name is lower-case letters, digits and hyphens, as it stands in configuration.
 *   <li>P5 A plugin's jar lists its class in {@code META-INF/services}, under the name of the
 *       seam's interface, so that {@link java.util.ServiceLoader} finds it.
 * </ul>
 */
package io.cairn.spi.plugin;
