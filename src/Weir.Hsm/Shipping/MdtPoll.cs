using System.Runtime.CompilerServices;
using Weir.Hsm.Live;
using Weir.Lustre.HsmFiles;

namespace Weir.Hsm.Shipping;

/// <summary>Why reading lines stopped.</summary>
internal enum PollStep
{
    /// <summary>The file is at its end.</summary>
    End,

    /// <summary>Enough events have gathered to be sent.</summary>
    Full,

    /// <summary>A header came: what follows is another MDT's. The line behind it is kept in <see cref="KeptLine"/>.</summary>
    Header,
}

/// <summary>
/// One poll of one MDT: holds the lines of its file against the live actions, changes these, and writes an event for each change.
/// A line that is as it was is known by its hash, looked for where the file's order says, and never parsed.
/// </summary>
internal sealed partial class MdtPoll
{
    /// <summary>How many entries of records that are gone are stepped over before a line is looked up.</summary>
    private const int MaxSteps = 8;

    private const int AtStart = -1;
    private const int Lost = -2;

    private readonly MdtSource _source;
    private readonly MdtActions _actions;
    private readonly EntryTable _entries;
    private readonly TopicAppender _appender;
    private readonly PollClock _clock;
    private readonly PollCounts _counts;
    private readonly DigestQueue _digests;
    private readonly byte _mark;
    private int _seen;

    /// <summary>The action of the line before; <see cref="AtStart"/>, or <see cref="Lost"/> when it is gone.</summary>
    private int _previous = AtStart;
    private uint _lastCatalogIndex;

    public MdtPoll(MdtSource source, TopicAppender appender, PollClock clock, PollCounts counts)
    {
        source.NextMark();
        _source = source;
        _actions = source.Actions;
        _entries = source.Actions.Entries;
        _appender = appender;
        _clock = clock;
        _counts = counts;
        _digests = new(source.Actions.Entries);
        _mark = source.Mark;
    }

    /// <summary>
    /// Whether the catalog's index went down on the way: it wrapped, and the kernel may have left out records of the slots behind the
    /// wrap (mdt_hsm_cdt_actions.c skips what lies below the index it has reached).
    /// </summary>
    public bool IsWrapped { get; private set; }

    /// <summary>Sends what was gathered.</summary>
    /// <exception cref="Feed.FeedException">It, or what was sent before, could not be appended.</exception>
    public ValueTask SendAsync() => _appender.SendAsync();

    /// <summary>Reads lines until there is something else to do.</summary>
    /// <param name="kept">Receives the line behind a header.</param>
    /// <exception cref="IOException">The file cannot be read on.</exception>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public PollStep ReadLines(HsmFileReader<ActionLine> reader, KeptLine kept)
    {
        string? mdt = reader.Mdt;
        while (reader.TryReadLine(out ReadOnlySpan<byte> line))
        {
            if (!ReferenceEquals(reader.Mdt, mdt))
            {
                kept.Keep(line);
                return PollStep.Header;
            }

            Take(line, reader);
            if (_appender.IsFull) return PollStep.Full;
        }

        return PollStep.End;
    }

    /// <summary>Takes in one line of the MDT's file.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Take(ReadOnlySpan<byte> line, HsmFileReader<ActionLine> reader)
    {
        ulong hash = LineHash.Compute(line);
        int slot = _previous >= 0 ? _entries[_previous].Next : _previous == AtStart ? _entries.First : -1;
        for (int steps = 0; slot >= 0 && steps < MaxSteps; steps++)
        {
            ref ActionEntry entry = ref _entries[slot];
            if (entry.RawHash == hash)
            {
                See(slot, ref entry, line);
                return;
            }

            slot = entry.Next;
        }

        Parse(line, hash, reader);
    }

    /// <summary>The line of an action is there and as it was.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void See(int slot, ref ActionEntry entry, ReadOnlySpan<byte> line)
    {
        NoteCatalogIndex(entry.CatalogIndex);
        if (entry.Seen != _mark)
        {
            entry.Seen = _mark;
            _seen++;
            if ((entry.Flags & EntryFlags.AbsentOnce) != 0) Forgive(ref entry);
            if (_clock.MayBeDue(entry)) TellAgain(slot, line);
        }

        Follow(slot);
    }

    /// <summary>Remembers that this action's line comes behind the one before.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Follow(int slot)
    {
        if (_previous == slot) return;
        if (_previous == AtStart) _entries.First = slot;
        else if (_previous >= 0 && _entries[_previous].Next != slot) _entries[_previous].Next = slot;
        _previous = slot;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void NoteCatalogIndex(uint catalogIndex)
    {
        if (catalogIndex < _lastCatalogIndex) IsWrapped = true;
        _lastCatalogIndex = catalogIndex;
    }

    private void Forgive(ref ActionEntry entry)
    {
        entry.Flags &= ~EntryFlags.AbsentOnce;
        _counts.FlagsChanged = true;
    }

    private void Parse(ReadOnlySpan<byte> line, ulong hash, HsmFileReader<ActionLine> reader)
    {
        LineError error = ActionLine.TryParse(line, out ActionLine action);
        if (error == LineError.None) error = LineLimits.Check(action);
        if (error != LineError.None)
        {
            reader.Skip(error, line);
            return;
        }

        NoteCatalogIndex(action.CatalogIndex);
        Weigh(action, ActionState.From(action, hash), mayDefer: true);
    }
}
