using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace Weir.Feed.Redis.Resp;

/// <summary>Makes connections: TCP, TLS, login, database and name.</summary>
internal static class RespDialer
{
    private const int SocketBufferBytes = 1024 * 1024;

    /// <exception cref="IOException">There is no connection; the message says why.</exception>
    /// <exception cref="RespErrorException">The server refuses the login or the database.</exception>
    public static async Task<RespConnection> ConnectAsync(RedisEndpoint endpoint, RespOptions options, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(options.ConnectTimeout, options.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        RespConnection? connection = null;
        try
        {
            Stream stream = await OpenAsync(endpoint, options, either.Token);
            connection = new(stream, endpoint.ToString(), options);
            await GreetAsync(connection, options).WaitAsync(either.Token);
            return connection;
        }
        catch (Exception failed)
        {
            if (connection is not null) await connection.DisposeAsync();
            cancellationToken.ThrowIfCancellationRequested();
            throw failed switch
            {
                OperationCanceledException => new IOException($"no answer within {options.ConnectTimeout.TotalSeconds:0.#} s"),
                SocketException => new IOException(failed.Message, failed),
                RespConnectionLostException => new IOException(failed.Message, failed), // What was lost is the greeting, not a request.
                AuthenticationException => new IOException($"TLS failed: {failed.Message}", failed),
                IOException => failed,
                _ => new IOException(failed.Message, failed),
            };
        }
    }

    private static async Task<Stream> OpenAsync(RedisEndpoint endpoint, RespOptions options, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
            socket.ReceiveBufferSize = SocketBufferBytes;
            await socket.ConnectAsync(endpoint.Host, endpoint.Port, cancellationToken);
            var plain = new NetworkStream(socket, ownsSocket: true);
            return options.UseTls ? await EncryptAsync(plain, endpoint, options, cancellationToken) : plain;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static async Task<Stream> EncryptAsync(Stream plain, RedisEndpoint endpoint, RespOptions options, CancellationToken cancellationToken)
    {
        var settings = new SslClientAuthenticationOptions { TargetHost = endpoint.Host };
        if (options.ClientCertificate is { } own) settings.ClientCertificates = [own];
        if (options.Authorities is { } trusted)
        {
            settings.CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
            };
            settings.CertificateChainPolicy.CustomTrustStore.AddRange(trusted);
        }

        var secure = new SslStream(plain);
        await secure.AuthenticateAsClientAsync(settings, cancellationToken);
        return secure;
    }

    private static async Task GreetAsync(RespConnection connection, RespOptions options)
    {
        string[] hello = options.Password is { } password ? ["HELLO", "3", "AUTH", options.User ?? "default", password] : ["HELLO", "3"];
        try
        {
            await CallAsync(connection, hello);
        }
        catch (RespErrorException refused) when (refused.Code is "NOPROTO" or "NOPERM" || refused.Detail.StartsWith("unknown command", StringComparison.Ordinal))
        {
            // RESP2 does as well; some proxies and access lists know nothing else.
            if (options.Password is { } old) await CallAsync(connection, options.User is { } user ? ["AUTH", user, old] : ["AUTH", old]);
        }

        if (options.Database != 0) await CallAsync(connection, "SELECT", $"{options.Database}");
        try
        {
            await CallAsync(connection, "CLIENT", "SETNAME", options.ClientName);
        }
        catch (RespErrorException)
        {
            // A name is a courtesy to operators; an access list may deny it.
        }
    }

    private static async Task CallAsync(RespConnection connection, params string[] arguments)
    {
        using RespCall call = RespCall.Create(arguments);
        connection.Post(call);
        await call.Outcome;
    }
}
