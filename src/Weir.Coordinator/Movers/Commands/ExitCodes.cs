using System.Collections.Frozen;

namespace Weir.Coordinator.Movers.Commands;

/// <summary>What a program's exit code says: 0 that all went well, any other an errno.</summary>
public sealed class ExitCodes
{
    /// <summary>EX_TEMPFAIL of sysexits.h: it may go another time.</summary>
    public const int TemporaryFailure = 75;

    private readonly FrozenDictionary<int, int> _errnos;

    /// <param name="errnos">The errno of a code; 75 is EAGAIN and every other EIO unless it stands here.</param>
    public ExitCodes(IReadOnlyDictionary<int, int>? errnos = null)
    {
        var all = new Dictionary<int, int> { [TemporaryFailure] = MoverErrno.TryAgain };
        foreach ((int code, int errno) in errnos ?? new Dictionary<int, int>()) all[code] = errno;
        _errnos = all.ToFrozenDictionary();
    }

    /// <summary>What is different from the rule, for people: <c>2=ENOENT</c>.</summary>
    public IEnumerable<string> Texts => _errnos.Where(pair => pair is not { Key: TemporaryFailure, Value: MoverErrno.TryAgain }).OrderBy(pair => pair.Key).Select(pair => $"{pair.Key}={MoverErrno.Name(pair.Value)}");

    /// <summary>The errno of an exit code other than 0; of a negative one, a signal, EIO.</summary>
    public int ErrnoOf(int exitCode) => _errnos.GetValueOrDefault(exitCode, MoverErrno.InputOutput);

    /// <summary>Reads <c>CODE=ERRNO</c>, the errno as a name or a number.</summary>
    /// <exception cref="FormatException">It is something else.</exception>
    public static KeyValuePair<int, int> Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        int equals = text.IndexOf('=', StringComparison.Ordinal);
        bool isCode = int.TryParse(text.AsSpan(0, Math.Max(0, equals)), System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out int code) && code is > 0 and < 256;
        return isCode && MoverErrno.TryParse(text[(equals + 1)..], out int errno)
            ? new(code, errno)
            : throw new FormatException($"'{text}' is not CODE=ERRNO, such as 2=ENOENT or 3=5, with a code from 1 to 255");
    }
}
