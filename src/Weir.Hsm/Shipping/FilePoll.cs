using System.Text;
using Microsoft.Win32.SafeHandles;
using Weir.Feed;
using Weir.Lustre.HsmFiles;

namespace Weir.Hsm.Shipping;

/// <summary>
/// Reads one file once and polls every MDT in it. The events of what was read are sent on the way, also when the file turns out to be cut
/// or unreadable: what a line says is true all the same.
/// </summary>
internal sealed class FilePoll(ShipCycle cycle, SourceFile file)
{
    private readonly KeptLine _kept = new();
    private readonly List<MdtPoll> _polls = [];
    private readonly List<MdtSource> _sources = [];
    private string? _readError;

    /// <summary>The MDTs whose lines, or whose absence of lines, the file told.</summary>
    public IReadOnlyList<MdtSource> Sources => _sources;

    /// <exception cref="FeedException">Events could not be appended, or a topic could not be read.</exception>
    public async Task<FileReport?> RunAsync()
    {
        SafeFileHandle handle;
        try
        {
            handle = ActionFile.Open(file.Path);
        }
        catch (Exception failed) when (failed is FileNotFoundException or DirectoryNotFoundException)
        {
            // Gone since it was found. The MDT is missing.
            return null;
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            return new(file.Path, 0, 0, new SkippedLines(), false, failed.Message);
        }

        using (handle)
        {
            using var reader = new HsmFileReader<ActionLine>(handle);
            return await ReadAsync(reader);
        }
    }

    private async Task<FileReport> ReadAsync(HsmFileReader<ActionLine> reader)
    {
        bool hasLine = TryReadFirst(reader);
        while (hasLine && await BeginAsync(reader.Mdt) is var poll)
        {
            hasLine = poll is null ? SkipSection(reader) : await ReadSectionAsync(poll, reader);
        }

        if (_readError is null)
        {
            // An MDT without actions has a header and nothing else, or an empty file.
            if (reader.LineNumber == 0) await BeginAsync(null);
            foreach (string mdt in reader.Mdts) await BeginAsync(mdt);
        }

        bool isComplete = _readError is null && !reader.IsIncomplete;
        foreach (MdtPoll poll in _polls)
        {
            while (!poll.Finish(isComplete, isDoubtful: reader.Skipped.Lost > 0)) await poll.SendAsync();
        }

        return new(file.Path, reader.LineNumber, reader.BytesRead, reader.Skipped, reader.IsIncomplete, _readError);
    }

    /// <summary>Reads on while the lines are this MDT's. Whether a line of another's was kept.</summary>
    private async ValueTask<bool> ReadSectionAsync(MdtPoll poll, HsmFileReader<ActionLine> reader)
    {
        poll.Take(_kept.Line, reader);
        while (true)
        {
            switch (Step(poll, reader))
            {
                case PollStep.Full: await poll.SendAsync(); break;
                case PollStep.Header: return true;
                default: return false;
            }
        }
    }

    private PollStep Step(MdtPoll poll, HsmFileReader<ActionLine> reader)
    {
        try
        {
            return poll.ReadLines(reader, _kept);
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            _readError = failed.Message;
            return PollStep.End;
        }
    }

    private bool TryReadFirst(HsmFileReader<ActionLine> reader)
    {
        try
        {
            if (!reader.TryReadLine(out ReadOnlySpan<byte> line)) return false;
            _kept.Keep(line);
            return true;
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            _readError = failed.Message;
            return false;
        }
    }

    /// <summary>Passes over the lines of an MDT that another file has told already.</summary>
    private bool SkipSection(HsmFileReader<ActionLine> reader)
    {
        try
        {
            string? mdt = reader.Mdt;
            while (reader.TryReadLine(out ReadOnlySpan<byte> line))
            {
                if (ReferenceEquals(reader.Mdt, mdt)) continue;
                _kept.Keep(line);
                return true;
            }
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            _readError = failed.Message;
        }

        return false;
    }

    /// <summary>The poll of the MDT that a header names, or of the directory's where there is none; null when another file has had it.</summary>
    private async ValueTask<MdtPoll?> BeginAsync(string? header)
    {
        MdtSource source = cycle.State.FindOrAdd(Encoding.UTF8.GetBytes(header ?? file.Mdt));
        int at = _sources.IndexOf(source);
        if (at >= 0) return _polls[at];
        if (!cycle.TryClaim(source, file.Path)) return null;
        TopicAppender appender = await cycle.PrepareAsync(source.Topic);
        var poll = new MdtPoll(source, appender, cycle.Clock, cycle.Report.Counts);
        _sources.Add(source);
        _polls.Add(poll);
        return poll;
    }
}
