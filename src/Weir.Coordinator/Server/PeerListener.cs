using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Weir.Coordinator.Access;
using Weir.Coordinator.Protocol;

namespace Weir.Coordinator.Server;

/// <summary>
/// Accepts connections at one place and finds out who the peers are, where they must show it. A peer that shows nothing, or something that is
/// nobody's, is told nothing: its connection ends.
/// </summary>
internal sealed class PeerListener : IDisposable
{
    private const int Backlog = 512;
    private static readonly TimeSpan AcceptRetry = TimeSpan.FromMilliseconds(200);

    private readonly ListenerOptions _options;
    private readonly ServerState _state;
    private readonly ConnectionSet _connections;
    private readonly ICoreInbox _inbox;
    private readonly Socket _socket;

    /// <exception cref="IOException">Nobody can listen there.</exception>
    public PeerListener(ListenerOptions options, ServerState state, ConnectionSet connections, ICoreInbox inbox)
    {
        _options = options;
        _state = state;
        _connections = connections;
        _inbox = inbox;
        _socket = new(options.EndPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (options.EndPoint.Address.Equals(IPAddress.IPv6Any)) _socket.DualMode = true;
            _socket.Bind(options.EndPoint);
            _socket.Listen(Backlog);
        }
        catch (SocketException exception)
        {
            _socket.Dispose();
            throw new IOException($"Cannot listen on {options.EndPoint}: {exception.Message}", exception);
        }

        string how = (options.Certificate is null ? "plain TCP" : "TLS") + (options.RequiresCredentials ? ", credentials required" : ", open to everybody who reaches it");
        CoordinatorLog.Listening(state.Logger, EndPoint.ToString(), how);
    }

    /// <summary>Where it listens, with the port that it was given.</summary>
    public IPEndPoint EndPoint => (IPEndPoint)_socket.LocalEndPoint!;

    /// <summary>Accepts until it is told to stop.</summary>
    public async Task RunAsync(CancellationToken stopAccepting, CancellationToken stopping)
    {
        while (!stopAccepting.IsCancellationRequested)
        {
            Socket peer;
            try
            {
                peer = await _socket.AcceptAsync(stopAccepting).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (SocketException exception)
            {
                // The peer has gone again, or descriptors have run out for the moment.
                CoordinatorLog.NotAccepted(_state.Logger, exception.Message);
                await Task.Delay(AcceptRetry, _state.Time, CancellationToken.None).ConfigureAwait(false);
                continue;
            }

            if (_connections.TryAdd(_options.RequiresCredentials, out ConnectionSet.Place place)) _connections.Track(ServeAsync(peer, place, stopping));
            else Refuse(peer, RefusalReason.TooMany, "Too many connections are open.");
        }
    }

    public void Dispose() => _socket.Dispose();

    private async Task ServeAsync(Socket socket, ConnectionSet.Place place, CancellationToken stopping)
    {
        await Task.Yield();
        using Socket owned = socket;
        EndPoint? peer = null;
        Stream? stream = null;
        try
        {
            peer = socket.RemoteEndPoint;
            PeerSocket.Configure(socket);
            stream = new NetworkStream(socket, ownsSocket: false);
            using var deadline = new CancellationTokenSource(_options.RequiresCredentials ? _state.Options.AuthTimeout : _state.Options.FirstMessageTimeout, _state.Time);
            using var limited = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, stopping);
            Permissions? permissions = _options.RequiresCredentials ? null : Permissions.All;
            if (_options.Certificate is not null)
            {
                var secured = new SslStream(stream, leaveInnerStreamOpen: false);
                stream = secured;
                (permissions, bool isRefused) = await SecureAsync(secured, peer, permissions, limited.Token).ConfigureAwait(false);
                if (isRefused) return;
            }

            using var parser = new MessageParser(permissions is null ? ConnectionSet.UnknownPeerLimits : _state.Options.Limits) { AllowsLists = permissions is not null };
            bool hasToken = permissions is null;
            permissions ??= await ReadTokenAsync(stream, parser, peer, limited.Token).ConfigureAwait(false);
            if (permissions is null) return;
            place.IsKnown();
            await ConverseAsync(stream, peer!, hasToken, parser, permissions, limited, deadline, stopping).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!stopping.IsCancellationRequested)
        {
            Refuse(null, RefusalReason.Timeout, "It said nothing in time.", peer);
        }
        catch (Exception exception) when (exception is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // The peer is gone, or the server stops.
        }
        finally
        {
            if (stream is not null) await stream.DisposeAsync().ConfigureAwait(false);
            place.Dispose();
        }
    }

    private async Task ConverseAsync(
        Stream stream, EndPoint peer, bool hasToken, MessageParser parser, Permissions permissions, CancellationTokenSource limited, CancellationTokenSource deadline,
        CancellationToken stopping)
    {
        if (!hasToken)
        {
            // Whoever never says anything does not keep a connection.
            int read = await stream.ReadAsync(parser.GetMemory(4096), limited.Token).ConfigureAwait(false);
            if (read == 0) return;
            parser.Advance(read);
        }

        deadline.CancelAfter(Timeout.InfiniteTimeSpan);
        var connection = new Connection(stream, peer, parser, new Session { Permissions = permissions }, _state, _inbox);
        CoordinatorLog.Connected(_state.Logger, connection.Peer);
        _connections.Add(connection);
        try
        {
            await connection.RunAsync(hasToken, stopping).ConfigureAwait(false);
        }
        finally
        {
            _connections.Remove(connection);
            CoordinatorLog.Disconnected(_state.Logger, connection.Peer);
        }
    }

    private async Task<(Permissions? Permissions, bool IsRefused)> SecureAsync(SslStream stream, EndPoint? peer, Permissions? permissions, CancellationToken cancellationToken)
    {
        bool isAsked = _options.ClientAuthorities.Count > 0;
        try
        {
            await stream.AuthenticateAsServerAsync(
                new SslServerAuthenticationOptions
                {
                    ServerCertificateContext = _options.Certificate,
                    ClientCertificateRequired = isAsked,
                    EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
                    CertificateRevocationCheckMode = X509RevocationMode.NoCheck,

                    // Whose certificate it is decides, below; that the peer has its key is what the handshake itself shows.
                    RemoteCertificateValidationCallback = (_, certificate, _, _) => isAsked || certificate is null,
                },
                cancellationToken).ConfigureAwait(false);
        }
        catch (AuthenticationException exception)
        {
            Refuse(null, RefusalReason.Handshake, exception.Message, peer);
            return (null, true);
        }

        if (!isAsked || permissions is not null) return (permissions, false);
        using var certificate = stream.RemoteCertificate is { } shown ? new X509Certificate2(shown) : null;
        bool isSigned = certificate is not null && IsSigned(certificate);

        // Without a certificate a token will do; with one that is nobody's it will not.
        if (certificate is null) return (null, _state.Options.Access.Count == 0 && Refuse(null, RefusalReason.BadCredential, "It has no certificate.", peer));
        permissions = _state.Options.Access.Count == 0 && isSigned ? Permissions.All : _state.Options.Access.FindByCertificate(certificate, isSigned);
        return (permissions, permissions is null && Refuse(null, RefusalReason.BadCredential, $"Its certificate ({certificate.Subject}) is nobody's.", peer));
    }

    private bool IsSigned(X509Certificate2 certificate)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(_options.ClientAuthorities);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.VerificationTime = _state.Time.GetUtcNow().UtcDateTime;
        return chain.Build(certificate);
    }

    /// <summary>Whose token comes first on the connection; null, and not a word to the peer, when it is nobody's or something else comes.</summary>
    private async Task<Permissions?> ReadTokenAsync(Stream stream, MessageParser parser, EndPoint? peer, CancellationToken cancellationToken)
    {
        while (true)
        {
            int read = await stream.ReadAsync(parser.GetMemory(1024), cancellationToken).ConfigureAwait(false);
            if (read == 0)
            {
                Refuse(null, RefusalReason.NoToken, "It left without showing a token.", peer);
                return null;
            }

            parser.Advance(read);
            try
            {
                if (!parser.TryRead(out Inbound first, out string? token)) continue;
                Permissions? found = first.Command == CommandKind.Auth && token is not null ? _state.Options.Access.FindByToken(token) : null;
                if (found is null)
                {
                    bool isToken = first.Command == CommandKind.Auth && token is not null;
                    Refuse(null, isToken ? RefusalReason.BadCredential : RefusalReason.NoToken, isToken ? "Its token is nobody's." : "It showed no token.", peer);
                    return null;
                }

                parser.LiftLimits(_state.Options.Limits);
                return found;
            }
            catch (ProtocolException exception)
            {
                Refuse(null, RefusalReason.NoToken, exception.Message, peer);
                return null;
            }
        }
    }

    private bool Refuse(Socket? socket, RefusalReason reason, string detail, EndPoint? peer = null)
    {
        _state.Metrics.Refused(reason);
        try
        {
            peer ??= socket?.RemoteEndPoint;
        }
        catch (SocketException)
        {
            // It has gone already.
        }

        CoordinatorLog.PeerRefused(_state.Logger, Connection.NameOf(peer), reason, detail);
        socket?.Dispose();
        return true;
    }
}
