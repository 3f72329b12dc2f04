// SPDX-License-Identifier: Apache-2.0
package io.cairn.conformancetests.protocol;

import com.google.protobuf.ByteString;
import io.cairn.apiprotos.etcdserverpb.StatusRequest;
import io.cairn.conformancetests.report.CannotRunException;
import io.grpc.StatusRuntimeException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The members of the cluster under test that the run knows, and what is left out for their sake.
 * Threads: one test at a time.
 */
final class Members implements AutoCloseable {
  private final List<Endpoint> endpoints;
  private final String version;
  private final Circumstances circumstances;
  private final AtomicInteger clients = new AtomicInteger();
  private final ByteString prefix;

  private Members(List<Endpoint> endpoints, String version, Circumstances circumstances) {
    this.endpoints = List.copyOf(endpoints);
    this.version = version;
    this.circumstances = circumstances;
    byte[] run = new byte[6];
    new SecureRandom().nextBytes(run);
    this.prefix = Requests.bytes("cairn-conformance/" + HexFormat.of().formatHex(run) + "/");
  }

  /**
   * Connects.
   *
   * @param urls of members of one cluster
   * @throws CannotRunException if one of them does not answer
   */
  static Members connect(List<String> urls, Circumstances circumstances) throws CannotRunException {
    List<Endpoint> endpoints = new ArrayList<>();
    String version = "";
    for (String url : urls) {
      try {
        Endpoint endpoint = Endpoint.at(url);
        endpoints.add(endpoint);
        version = endpoint.maintenance().status(StatusRequest.getDefaultInstance()).getVersion();
      } catch (StatusRuntimeException e) {
        endpoints.forEach(Endpoint::close);
        throw new CannotRunException("no member answers at " + url + ": " + e.getStatus(), e);
      } catch (IllegalArgumentException e) {
        endpoints.forEach(Endpoint::close);
        throw new CannotRunException(e.getMessage() == null ? e.toString() : e.getMessage(), e);
      }
    }
    return new Members(endpoints, version, circumstances);
  }

  /** Which version of etcd they claim to be, as in {@code 3.7.1}. */
  String version() {
    return version;
  }

  /** How the run goes. */
  Circumstances circumstances() {
    return circumstances;
  }

  /** For one test; tests begin at the members in turn. */
  Client client() {
    int number = clients.getAndIncrement();
    return new Client(
        endpoints, number, prefix.concat(Requests.bytes(number + "/")), circumstances.patience());
  }

  @Override
  public void close() {
    endpoints.forEach(Endpoint::close);
  }
}
