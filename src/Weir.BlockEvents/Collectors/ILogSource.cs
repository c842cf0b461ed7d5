namespace Weir.BlockEvents.Collectors;

/// <summary>A log that is read forwards. Not thread-safe: one reader.</summary>
public interface ILogSource : IDisposable
{
    /// <summary>A name that tells its place apart from other sources': <c>journal</c>, <c>kmsg</c>, a file.</summary>
    string Name { get; }

    /// <summary>
    /// Hands the lines that are there to a sink, but about as many at a time as can be made durable at once.
    /// </summary>
    /// <returns>Whether there is, or may be, more at once; false at the end.</returns>
    /// <exception cref="IOException">The log cannot be read.</exception>
    bool Read(ILineSink sink);

    /// <summary>Where reading goes on when what was read so far is durable; empty when the source has no places.</summary>
    string Cursor { get; }

    /// <summary>Writes the place of the line that was handed out last, as UTF-8; how long it is, 0 when the source has no places.</summary>
    int WriteLineCursor(Span<byte> buffer);

    /// <summary>Waits until there may be more to read; false when there will not be.</summary>
    ValueTask<bool> WaitAsync(CancellationToken cancellationToken);
}
