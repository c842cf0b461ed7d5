using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging;

namespace Weir.BlockEvents.Collectors.Journal;

/// <summary>
/// systemd's journal as a source of lines: all files of the system, older ones first, then what is written to them; rotation is followed. Users' own
/// journals are left out: storage's daemons do not log there. What was written by Weir or Peripety as an event is no line.
/// </summary>
public sealed class JournalSource : ILogSource
{
    /// <summary>As many entries are passed over in the time in which one is handed out.</summary>
    private const int PassedForOne = 16;

    private readonly JournalOptions _options;
    private readonly ILogger _logger;
    private readonly JournalWatch _watch;
    private readonly Dictionary<string, Guid> _seen = new(StringComparer.Ordinal);
    private readonly HashSet<Guid> _done = [];
    private readonly Dictionary<Guid, ulong> _sequences = [];
    private readonly List<JournalFile> _files = [];
    private readonly long _ignoreUntil;
    private readonly HashSet<string> _refused = new(StringComparer.Ordinal);
    private JournalCursor _line;
    private bool _mustList = true;

    /// <summary>Opens the journal.</summary>
    public JournalSource(JournalOptions options, ILogger logger)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        _logger = logger;
        _watch = new(options.Directories);
        if (JournalCursor.TryParse(options.Cursor, out JournalCursor cursor))
        {
            _sequences[cursor.SequenceId] = cursor.Sequence;
            _ignoreUntil = (long)cursor.RealTime;
            Cursor = options.Cursor;
        }
        else if (options.FromEnd)
        {
            GoToEnd();
        }
    }

    /// <inheritdoc/>
    public string Name => "journal";

    /// <inheritdoc/>
    public string Cursor { get; private set; } = "";

    /// <summary>Entries read or passed over.</summary>
    public long EntryCount { get; private set; }

    /// <inheritdoc/>
    public bool Read(ILineSink sink)
    {
        ArgumentNullException.ThrowIfNull(sink);
        return Read(sink, null);
    }

    /// <summary>Hands out stored events instead of lines.</summary>
    internal bool ReadEvents(Action<byte[]> take) => Read(null, take);

    private bool Read(ILineSink? sink, Action<byte[]>? events)
    {
        if (_mustList || _watch.TakeListChanged()) ListFiles();
        int left = _options.BatchEntries * PassedForOne;
        for (int i = 0; i < _files.Count && left > 0; i++)
        {
            JournalFile file = _files[i];
            left -= ReadFile(file, sink, events, left);
            if (left <= 0 || !file.Header.IsArchived) continue;
            // Once more where it ended with more than was known; what follows it in the next file must not come first.
            if (!file.Refresh()) Close(file);
            i--;
        }

        return left <= 0;
    }

    /// <inheritdoc/>
    public async ValueTask<bool> WaitAsync(CancellationToken cancellationToken)
    {
        await _watch.WaitAsync(cancellationToken).ConfigureAwait(false);
        foreach (JournalFile file in _files) file.Refresh();
        return true;
    }

    /// <inheritdoc/>
    public int WriteLineCursor(Span<byte> buffer) => Encoding.ASCII.GetBytes(_line.ToString(), buffer);

    public void Dispose()
    {
        foreach (JournalFile file in _files) file.Dispose();
        _files.Clear();
        _watch.Dispose();
    }

    /// <summary>Reads entries until as much is done as may be; how much it was.</summary>
    private int ReadFile(JournalFile file, ILineSink? sink, Action<byte[]>? events, int most)
    {
        int done = 0;
        long read = 0, passed = 0;
        long damaged = file.DamagedCount;
        Guid sequenceId = file.Header.SequenceId;
        _sequences.TryGetValue(sequenceId, out ulong last);
        bool isKnown = file.StartsAfter > 0;
        file.Begin(sink);
        while (done < most && file.Next())
        {
            read++;
            done++;
            if (file.Sequence <= file.StartsAfter || (!isKnown && file.RealTime <= _ignoreUntil)) continue;
            if (!file.IsWanted)
            {
                passed++;
                continue;
            }

            done += PassedForOne - 1;
            HandOut(file, sink, events);
        }

        EntryCount += read;
        if (passed > 0) sink?.PassOver(passed);
        // A number that is damaged is no place to go on at.
        if (read > 0 && file.Sequence <= file.Header.TailSequence)
        {
            _sequences[sequenceId] = Math.Max(last, file.Sequence);
            Cursor = file.Cursor.ToString();
        }

        if (file.DamagedCount > damaged) sink?.TellLost(file.DamagedCount - damaged, string.Create(CultureInfo.InvariantCulture, $"damaged entries in {file.Path}"));
        return done;
    }

    private void HandOut(JournalFile file, ILineSink? sink, Action<byte[]>? events)
    {
        JournalEntry entry = file.Read();
        if (entry.IsEvent) events?.Invoke(entry.Json.ToArray());
        if (entry.IsEvent || sink is null || entry.Message.IsEmpty) return;
        _line = entry.Cursor;
        sink.Take(entry.ToLine());
    }

    private void GoToEnd()
    {
        ListFiles();
        foreach (JournalFile file in _files)
        {
            Guid id = file.Header.SequenceId;
            _sequences[id] = Math.Max(_sequences.GetValueOrDefault(id), file.Header.TailSequence);
            file.SeekAfter(file.Header.TailSequence);
        }
    }

    private void ListFiles()
    {
        _mustList = false;
        foreach (string path in JournalPaths.In(_options.Directories))
        {
            try
            {
                // After a rotation another file has the name.
                if (_seen.TryGetValue(path, out Guid known) && JournalHeader.ReadFileId(path) == known) continue;
                Open(path);
            }
            catch (Exception problem) when (problem is InvalidDataException or IOException or UnauthorizedAccessException)
            {
                // One that is just being made will do the next time.
                _mustList |= DateTime.UtcNow - File.GetLastWriteTimeUtc(path) < TimeSpan.FromMinutes(1);
                if (_refused.Add(path)) BlockEventsLog.JournalUnread(_logger, problem.Message);
            }
        }

        foreach (string gone in _seen.Keys.Where(path => !File.Exists(path)).ToArray()) _seen.Remove(gone);
        // When a file is there, the one before it has got its last entry: what is read of the two is in order, and the place never skips any.
        foreach (JournalFile file in _files) file.Refresh();
        _files.Sort(InOrder);
    }

    /// <summary>Older ones first. One that has no entry yet is the newest; it begins with the number that the one before it ended with.</summary>
    private static int InOrder(JournalFile left, JournalFile right)
    {
        int byTime = Begin(left.Header).CompareTo(Begin(right.Header));
        return byTime != 0 ? byTime : left.Header.TailSequence.CompareTo(right.Header.TailSequence);

        static long Begin(in JournalHeader header) => header.EntryCount > 0 ? header.HeadRealTime : long.MaxValue;
    }

    private void Open(string path)
    {
        var file = new JournalFile(path);
        Guid id = file.Header.FileId;
        _seen[path] = id;
        bool isRenamed = _files.Exists(open => open.Header.FileId == id);
        _sequences.TryGetValue(file.Header.SequenceId, out ulong last);
        bool hasNothingNew = file.Header.IsArchived && (file.Header.TailSequence <= last || file.Header.EntryCount == 0);
        if (isRenamed || _done.Contains(id) || hasNothingNew)
        {
            file.Dispose();
            return;
        }

        if (last > 0) file.SeekAfter(last);
        _files.Add(file);
    }

    private void Close(JournalFile file)
    {
        _done.Add(file.Header.FileId);
        _files.Remove(file);
        file.Dispose();
    }
}
