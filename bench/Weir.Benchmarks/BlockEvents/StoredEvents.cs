using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Weir.BlockEvents.Events;
using Weir.BlockEvents.Index;
using Weir.BlockEvents.Pipeline;
using Weir.Feed;
using Weir.Feed.Log;

namespace Weir.Benchmarks.BlockEvents;

/// <summary>A feed with many events, for whole processes to ask.</summary>
internal static class StoredEvents
{
    private const int Batch = 10_000;

    private static readonly (string Type, string SubSystem, Severity Severity)[] Kinds =
        [("BLK_IO_ERROR", "block", Severity.Error), ("SCSI_SENSE_KEY", "SCSI", Severity.Error), ("FS_IO_ERROR", "xfs", Severity.Error), ("FS_WARNING", "ext4", Severity.Warning), ("SCSI_RESET", "SCSI", Severity.Warning)];

    /// <summary>Appends events about 1,000 disks, each with a file system, and indexes them; one in a thousand is about the disk <c>sdneedle</c>.</summary>
    public static async Task MakeAsync(string directory, int count)
    {
        await using var feed = new LogEngine(new LogEngineOptions { Directory = directory });
        var random = new Random(1);
        var batch = new RecordBatch();
        long bytes = 0;
        for (int i = 0; i < count; i++)
        {
            StorageEvent one = Make(i, i % 1000 == 500 ? "needle" : random.Next(1000).ToString(CultureInfo.InvariantCulture), Kinds[random.Next(Kinds.Length)]);
            batch.Add(Encoding.UTF8.GetBytes(one.EventType), Encoding.UTF8.GetBytes(one.Hostname), Encoding.UTF8.GetBytes(one.Device.Wwid), StorageEventWriter.ToUtf8(one));
            if (batch.Count < Batch && i < count - 1) continue;
            bytes += batch.SizeBytes;
            await feed.AppendAsync(EventMakerOptions.Topic, batch, default);
            batch.Clear();
        }

        await new EventIndexKeeper(feed).RunAsync(once: true, CancellationToken.None);
        Console.WriteLine($"{count} events, {bytes / 1024 / 1024} MiB");
    }

    private static StorageEvent Make(int number, string disk, (string Type, string SubSystem, Severity Severity) kind)
    {
        var device = new BlockInfo { Wwid = $"naa.5000c500{disk.PadLeft(8, '0')}", Type = BlockType.Scsi, Path = $"/dev/sd{disk}", PreferredPath = $"/dev/disk/by-id/wwn-0x5000c500{disk.PadLeft(8, '0')}", Uuid = $"6cc6b7b2-5620-4485-a98c-{disk.PadLeft(12, '0')}", MountPoint = $"/data/{disk}" };
        string line = $"I/O error, dev sd{disk}, sector {number} op 0x0:(READ) flags 0x80700 phys_seg 25 prio class 2";
        return new()
        {
            Hostname = "storage-1.example.org",
            Severity = kind.Severity,
            SubSystem = kind.SubSystem,
            Timestamp = DateTimeOffset.UnixEpoch.AddSeconds(1_700_000_000 + number),
            EventId = Guid.NewGuid(),
            EventType = kind.Type,
            Device = device,
            Hierarchy = device,
            Message = $"{line}, blk_wwid: '{device.Wwid}', blk_path: '{device.PreferredPath}', uuid: '{device.Uuid}', mount_point: '{device.MountPoint}'",
            RawMessage = line,
            Extension = ImmutableSortedDictionary<string, string>.Empty.Add("sector", number.ToString(CultureInfo.InvariantCulture)).Add("op", "READ"),
            KernelDevice = "sd" + disk,
            RuleId = "blk-io-error",
            BootId = Guid.Empty,
            Source = "journal",
            Cursor = "s=0123456789abcdef0123456789abcdef;i=1f;b=fedcba9876543210fedcba9876543210;m=2a;t=5f;x=7b",
        };
    }
}
