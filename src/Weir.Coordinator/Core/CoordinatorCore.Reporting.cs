using System.Globalization;
using System.Text;
using Weir.Coordinator.Requests;
using Weir.Coordinator.Scheduling;
using Weir.Lustre;

namespace Weir.Coordinator.Core;

/// <content>Lines for reporting files.</content>
public sealed partial class CoordinatorCore
{
    private const int MostCountedAhead = 10_000;

    private readonly byte[]? _reportHint;

    /// <summary>Requests that a file tells of.</summary>
    private readonly HashSet<int> _reported = [];

    /// <summary>Whether the data has the reporting hint with a value that may be a file's name.</summary>
    private bool IsReported(byte[] data)
    {
        ReadOnlySpan<byte> value = Hints.Find(data, _reportHint);
        return value.Length is > 0 and <= ReportingOptions.MaxValueBytes && !value.ContainsAnyExcept(FileNameBytes);
    }

    private static readonly System.Buffers.SearchValues<byte> FileNameBytes =
        System.Buffers.SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"u8);

    private void TrackReport(int slot, ref RequestSlot request)
    {
        request.Set(SlotMarks.Reported);
        if (_reported.Count == 0) _nextProgress = _now + _options.Reporting!.Interval;
        _reported.Add(slot);
    }

    /// <summary>Adds a line <c>what FID detail</c> to the request's file.</summary>
    private void Report(int slot, string what, object? detail)
    {
        ref RequestSlot request = ref _store[slot];
        string file = Encoding.ASCII.GetString(Hints.Find(request.Data, _reportHint));
        string line = detail is null ? $"{what} {request.Fid}" : string.Create(CultureInfo.InvariantCulture, $"{what} {request.Fid} {detail}");
        _turn.Effects.Add(new ReportLine(file, line));
    }

    private void ReportProgress()
    {
        if (_reported.Count == 0 || _nextProgress > _now) return;
        _nextProgress = _now + _options.Reporting!.Interval;
        foreach (int slot in _reported.Where(IsWaitingRestore).OrderBy(slot => _store[slot].Order))
        {
            ref RequestSlot request = ref _store[slot];
            WaitingQueue queue = request.Line!.Lane.Group.Queue.Queue!;
            int ahead = request.Line.Ahead(_store, slot, MostCountedAhead) ?? MostCountedAhead;
            Report(slot, "progress", string.Create(CultureInfo.InvariantCulture, $"{queue.Place.Agent?.Id ?? "global_queue"} {ahead + 1}/{queue.Count}"));
        }
    }

    private bool IsWaitingRestore(int slot) => _store[slot].Action == HsmAction.Restore && _store[slot].State == RequestState.Queued;
}
