using System.Text;

namespace Weir.Feed.Redis.Resp;

/// <summary>What arrived is no RESP, or more than the limits allow. The connection it came on cannot be used any more.</summary>
internal class RespProtocolException(string message) : IOException(message);

/// <summary>A reply is larger than <see cref="RespLimits.MaxReplyBytes"/>; asking for less may help.</summary>
internal sealed class RespTooLargeException(string message) : RespProtocolException(message);

/// <summary>There was no time left to make a connection; what went wrong before says more.</summary>
internal sealed class RespNoConnectionException(string message) : IOException(message);

/// <summary>The server answered with an error.</summary>
internal sealed class RespErrorException(string error) : IOException(error)
{
    private const string Discarded = "EXECABORT Transaction discarded because of: ";

    /// <summary>The first word of the error: <c>ERR</c>, <c>OOM</c>, <c>MOVED</c>, …</summary>
    public string Code { get; } = error.Split(' ', 2)[0];

    /// <summary>What follows the first word.</summary>
    public string Detail { get; } = error.Contains(' ', StringComparison.Ordinal) ? error.Split(' ', 2)[1] : "";

    /// <summary>Whether the server says that it is not ready: starting, failing over, moving.</summary>
    public bool IsPassing => Code is "LOADING" or "TRYAGAIN" or "CLUSTERDOWN" or "MASTERDOWN";

    /// <remarks>
    /// A script hands on what Redis 6.2 refuses it (OOM, READONLY, MISCONF) with one dash more before it; an EXEC that is itself refused says why behind
    /// what it is.
    /// </remarks>
    public static RespErrorException From(ReadOnlySpan<byte> error)
    {
        string said = Encoding.UTF8.GetString(error[..Math.Min(error.Length, 512)]).TrimStart('-').TrimEnd();
        return new(said.StartsWith(Discarded, StringComparison.Ordinal) ? said[Discarded.Length..].TrimStart('-') : said);
    }
}

/// <summary>The connection ended before the reply came.</summary>
/// <param name="wasSent">Whether any byte of the request may have reached the server.</param>
internal sealed class RespConnectionLostException(string message, bool wasSent, Exception? inner) : IOException(message, inner)
{
    public bool WasSent { get; } = wasSent;
}
