using Microsoft.Extensions.Logging;

namespace Weir.Server.Security;

/// <summary>The tokens that let callers in, read again when their file changes. A file that cannot be read lets nobody in.</summary>
public sealed class TokenStore
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(1);
    private static readonly Token Nobody = new("", "", AccessRole.None, new byte[32], default);

    private readonly string _path;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Lock _gate = new();
    private Dictionary<string, Token> _tokens = [];
    private (DateTime Written, long Length) _seen;
    private long _lookedAt;

    /// <exception cref="IOException">The file is there and cannot be used.</exception>
    public TokenStore(string path, TimeProvider time, ILogger logger)
    {
        _path = path;
        _time = time;
        _logger = logger;
        _seen = Stamp();
        _lookedAt = _time.GetTimestamp();
        _tokens = TokenFile.Read(path).ToDictionary(token => token.Id);
    }

    /// <summary>How many tokens there are.</summary>
    public int Count
    {
        get
        {
            lock (_gate) return _tokens.Count;
        }
    }

    /// <summary>The token of this text; null when it is nobody's.</summary>
    public Token? Find(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length > Token.MaxTextLength) return null;
        Token? known = null;
        lock (_gate)
        {
            Refresh();
            if (Token.IdOf(text) is { } id) _tokens.TryGetValue(id, out known);
        }

        // One hash is computed and compared in any case.
        bool isRight = (known ?? Nobody).Matches(text);
        return isRight ? known : null;
    }

    private void Refresh()
    {
        if (_time.GetElapsedTime(_lookedAt) < LookInterval) return;
        _lookedAt = _time.GetTimestamp();
        (DateTime, long) now = Stamp();
        if (now == _seen) return;
        _seen = now;
        try
        {
            _tokens = TokenFile.Read(_path).ToDictionary(token => token.Id);
            ServerLog.TokensRead(_logger, _tokens.Count);
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            _tokens = [];
            ServerLog.TokensUnreadable(_logger, failed.Message);
        }
    }

    private (DateTime Written, long Length) Stamp()
    {
        var file = new FileInfo(_path);
        return file.Exists ? (file.LastWriteTimeUtc, file.Length) : default;
    }
}
