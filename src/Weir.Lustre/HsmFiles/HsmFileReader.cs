using System.Runtime.CompilerServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Weir.Lustre.HsmFiles;

/// <summary>
/// Reads an <c>hsm/*</c> file to its end, line after line, without allocating for a line: the bare file, several one after
/// another, or what <c>lctl get_param</c> printed for any number of MDTs. Nothing in the input stops it; lines that cannot be
/// taken are counted in <see cref="Skipped"/>. Errors of the source itself pass through.
/// </summary>
/// <remarks>
/// <code>
/// using var reader = new HsmFileReader&lt;ActionLine&gt;(stream);
/// while (reader.TryRead(out ActionLine action)) …
/// </code>
/// One snapshot is one reader over one freshly opened file. A missing request means nothing where <see cref="IsIncomplete"/>
/// or <see cref="SkippedLines.Lost"/> say that lines were lost.
/// </remarks>
public sealed class HsmFileReader<TLine> : IDisposable
    where TLine : IHsmLine<TLine>, allows ref struct
{
    /// <summary>How much is asked for in one read.</summary>
    public const int DefaultBufferBytes = 1024 * 1024;

    /// <summary>More MDTs than this are not remembered in <see cref="Mdts"/>.</summary>
    private const int MaxMdts = 4096;

    private readonly LineSource _source;
    private readonly List<string> _mdts = [];
    private Section _section;

    /// <summary>Reads a stream from where it stands. The stream stays the caller's.</summary>
    public HsmFileReader(Stream stream, int bufferBytes = DefaultBufferBytes)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bufferBytes);
        _source = new(stream, bufferBytes);
    }

    /// <summary>Reads an open file from its start. The handle stays the caller's.</summary>
    public HsmFileReader(SafeFileHandle handle, int bufferBytes = DefaultBufferBytes)
    {
        ArgumentNullException.ThrowIfNull(handle);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bufferBytes);
        _source = new(handle, bufferBytes);
    }

    /// <summary>The MDT that the last get_param header named, as <c>testfs-MDT0000</c>; null before the first header.</summary>
    public string? Mdt { get; private set; }

    /// <summary>Every MDT whose lines a header announced so far, also where none followed.</summary>
    public IReadOnlyList<string> Mdts => _mdts;

    /// <summary>The number of the line last read, from 1; headers and skipped lines count.</summary>
    public long LineNumber { get; private set; }

    /// <summary>Bytes read from the source so far.</summary>
    public long BytesRead => _source.BytesRead;

    /// <summary>The lines not taken so far, and why. Lines under another parameter's header are not among them.</summary>
    public SkippedLines Skipped { get; } = new();

    /// <summary>At the end: whether the last line had no newline. It was not given out; the file is cut.</summary>
    public bool IsIncomplete => _source.IsIncomplete;

    /// <summary>The next line that is one. Its spans are good until the next call.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public bool TryRead(out TLine line)
    {
        while (TryReadLine(out ReadOnlySpan<byte> text))
        {
            LineError error = TLine.TryParse(text, out line);
            if (error == LineError.None) return true;
            Skip(error, text);
        }

        line = default!;
        return false;
    }

    /// <summary>
    /// The next line as it stands, without its newline, for a caller that may know it without parsing. Headers and what
    /// cannot be a line are passed over. The span is good until the next call.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public bool TryReadLine(out ReadOnlySpan<byte> line)
    {
        while (_source.TryRead(out line, out bool isTooLong))
        {
            LineNumber++;
            if (isTooLong)
            {
                Skip(LineError.TooLong, line);
                continue;
            }

            // A terminal's or a mail's carriage returns.
            if (line is [.., (byte)'\r']) line = line[..^1];
            if (ParamHeader.TryFind(line, out ParamHeader header))
            {
                Enter(header, line);
                line = header.After;
                if (line.IsEmpty) continue;
            }

            if (_section == Section.Ours) return true;
            if (_section == Section.Unknown) Skip(LineError.UnderBadHeader, line);
        }

        return false;
    }

    /// <summary>Counts a line from <see cref="TryReadLine"/> that its caller found wrong.</summary>
    public void Skip(LineError error, ReadOnlySpan<byte> line) => Skipped.Add(error, LineNumber, line);

    /// <summary>Gives the buffer back.</summary>
    public void Dispose() => _source.Dispose();

    private void Enter(in ParamHeader header, ReadOnlySpan<byte> line)
    {
        if (!header.Before.IsEmpty && _section != Section.Other) Skip(LineError.Torn, header.Before);
        if (header.Device.IsEmpty)
        {
            Skip(LineError.BadHeader, line);
            Mdt = null;
            _section = Section.Unknown;
            return;
        }

        Mdt = Encoding.ASCII.GetString(header.Device);
        _section = TLine.IsPrintedBy(header.Parameter) ? Section.Ours : Section.Other;
        if (_section == Section.Ours && _mdts.Count < MaxMdts && !_mdts.Contains(Mdt)) _mdts.Add(Mdt);
    }

    private enum Section
    {
        /// <summary>Lines of the kind that is read. So is a file without headers.</summary>
        Ours,

        /// <summary>Another parameter's value, as in the output for <c>mdt.*.hsm.*</c>.</summary>
        Other,

        /// <summary>Lines after a header that could not be read.</summary>
        Unknown,
    }
}
