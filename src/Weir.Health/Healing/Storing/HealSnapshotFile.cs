using System.Buffers;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Weir.Feed;
using Weir.Feed.Disks;
using Weir.Health.Healing.Queueing;

namespace Weir.Health.Healing.Storing;

/// <summary>
/// The repairs in a file, so that a restart reads only what came after it. Parts, each with its length and CRC-32C: first the places, then some
/// jobs each, and an empty one as the end. It is replaced as a whole.
/// </summary>
internal static class HealSnapshotFile
{
    private const string Magic = "weir-heals-1", Suffix = ".new";
    private const int JobsInPart = 2000, MaxPartBytes = 256 << 20;

    /// <summary>Writes the jobs of a book; the gate is held for a part at a time. Nothing is replaced before <see cref="Replace"/>.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public static void Write(IDisk disk, string path, HealPlaces places, HealJob[] jobs, Lock gate)
    {
        string temporary = path + Suffix;
        using (IDiskFile file = disk.OpenWrite(temporary))
        {
            file.Truncate(0);
            long offset = 0;
            offset += WritePart(file, offset, writer => WritePlaces(writer, places));
            for (int first = 0; first < jobs.Length; first += JobsInPart)
            {
                int from = first, to = Math.Min(jobs.Length, first + JobsInPart);
                offset += WritePart(file, offset, writer =>
                {
                    lock (gate)
                    {
                        for (int i = from; i < to; i++) WriteJob(writer, jobs[i]);
                    }
                });
            }

            WritePart(file, offset, _ => { });
            file.Sync();
        }
    }

    /// <summary>Puts what was written into the place of the old one.</summary>
    /// <exception cref="IOException">It cannot be; the old one stays.</exception>
    public static void Replace(IDisk disk, string path)
    {
        disk.Rename(path + Suffix, path);
        disk.SyncDirectory(Path.GetDirectoryName(path)!);
    }

    /// <summary>Reads a snapshot into an empty book; null where there is none.</summary>
    /// <exception cref="HealSnapshotException">It is damaged; the book is not to be used.</exception>
    public static HealPlaces? Read(IDisk disk, string path, HealBook book)
    {
        using IDiskFile? file = disk.OpenRead(path);
        if (file is null) return null;
        HealPlaces? places = null;
        long offset = 0;
        while (true)
        {
            byte[] part = ReadPart(file, ref offset);
            if (part.Length == 0) break;
            using var reader = new BinaryReader(new MemoryStream(part), Encoding.UTF8);
            try
            {
                if (places is null) places = ReadPlaces(reader);
                else
                {
                    while (reader.BaseStream.Position < part.Length) ReadJob(reader, book);
                }
            }
            catch (Exception error) when (error is EndOfStreamException or FormatException or ArgumentException or JsonException or InvalidOperationException or KeyNotFoundException)
            {
                throw new HealSnapshotException(error.Message);
            }
        }

        if (places is not { } read) throw new HealSnapshotException("it says nothing");
        book.NextNumber = Math.Max(book.NextNumber, read.NextNumber);
        return read;
    }

    private static void WritePlaces(BinaryWriter writer, HealPlaces places)
    {
        writer.Write(Magic);
        foreach (RecordId id in (RecordId[])[places.Events, places.Requests, places.Issues])
        {
            writer.Write(id.Milliseconds);
            writer.Write(id.Sequence);
        }

        writer.Write(places.NextNumber);
    }

    private static HealPlaces ReadPlaces(BinaryReader reader)
    {
        if (reader.ReadString() != Magic) throw new HealSnapshotException("it is of another version");
        RecordId Id() => new(reader.ReadUInt64(), reader.ReadUInt64());
        return new(Id(), Id(), Id(), reader.ReadInt64());
    }

    private static void WriteJob(BinaryWriter writer, HealJob job)
    {
        writer.Write(job.Number);
        writer.Write((byte)job.State);
        writer.Write((byte)job.Priority);
        writer.Write((byte)job.Effective);
        writer.Write((byte)job.Mode);
        writer.Write(job.MaxRetries);
        writer.Write(job.Margin ?? short.MinValue);
        writer.Write(job.RequestedAt);
        writer.Write(job.AgesFrom);
        writer.Write(job.Bucket);
        writer.Write(job.Key);
        WriteGuid(writer, job.VersionId);
        WriteText(writer, job.Origin.IssueId);
        WriteText(writer, job.Origin.IncidentId);
        writer.Write(job.Origin.Reason);
        WriteText(writer, job.Origin.Drive);
        WriteGuid(writer, job.Origin.DriveId);
        writer.Write(job.Progress is not null);
        if (job.Progress is not { } run) return;
        writer.Write(run.Attempts);
        WriteText(writer, run.Error);
        writer.Write(run.StartedAt);
        writer.Write(run.EndedAt);
        writer.Write(run.NotBefore);
        writer.Write(run.SightedAt);
        writer.Write(run.IsDismissed);
        writer.Write(run.TriedAt);
        writer.Write(run.Interrupted.Count);
        foreach ((long from, long to) in run.Interrupted)
        {
            writer.Write(from);
            writer.Write(to);
        }

        byte[] result = run.Result is null ? [] : ResultBytes(run.Result);
        writer.Write(result.Length);
        writer.Write(result);
    }

    private static void ReadJob(BinaryReader reader, HealBook book)
    {
        long number = reader.ReadInt64();
        var state = (HealState)reader.ReadByte();
        var priority = (HealthPriority)reader.ReadByte();
        var effective = (HealthPriority)reader.ReadByte();
        var mode = (HealMode)reader.ReadByte();
        short retries = reader.ReadInt16(), margin = reader.ReadInt16();
        long requestedAt = reader.ReadInt64(), agesFrom = reader.ReadInt64();
        string bucket = reader.ReadString(), key = reader.ReadString();
        Guid? version = ReadGuid(reader);
        string? issue = ReadText(reader), incident = ReadText(reader);
        string reason = reader.ReadString();
        string? drive = ReadText(reader);
        Guid? driveId = ReadGuid(reader);
        if (!Enum.IsDefined(state) || !Enum.IsDefined(priority) || !Enum.IsDefined(effective) || !Enum.IsDefined(mode)) throw new FormatException("a job in no known state");
        var request = new HealRequest
        {
            Bucket = bucket,
            Object = key,
            Priority = priority,
            Mode = mode,
            MaxRetries = retries,
            Margin = margin == short.MinValue ? null : margin,
            IssueId = issue,
            IncidentId = incident,
            Reason = reason,
            Drive = drive,
            DriveId = driveId,
        };
        HealJob job = book.Make(number, request, version, requestedAt);
        (job.Effective, job.AgesFrom) = (effective, agesFrom);
        if (reader.ReadBoolean())
        {
            HealProgress run = job.Run;
            run.Attempts = reader.ReadInt32();
            run.Error = ReadText(reader);
            run.StartedAt = reader.ReadInt64();
            run.EndedAt = reader.ReadInt64();
            run.NotBefore = reader.ReadInt64();
            run.SightedAt = reader.ReadInt64();
            run.IsDismissed = reader.ReadBoolean();
            run.TriedAt = reader.ReadInt64();
            var interrupted = new (long, long)[Math.Clamp(reader.ReadInt32(), 0, 1000)];
            for (int i = 0; i < interrupted.Length; i++) interrupted[i] = (reader.ReadInt64(), reader.ReadInt64());
            run.Interrupted = interrupted;
            byte[] result = reader.ReadBytes(reader.ReadInt32());
            if (result.Length > 0)
            {
                using JsonDocument document = JsonDocument.Parse(result);
                run.Result = HealJson.ReadResult(document.RootElement);
            }
        }

        book.Restore(job, state);
    }

    private static byte[] ResultBytes(HealResult result)
    {
        var bytes = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(bytes)) HealJson.WriteResult(json, result);
        return bytes.WrittenSpan.ToArray();
    }

    private static void WriteText(BinaryWriter writer, string? text)
    {
        writer.Write(text is not null);
        if (text is not null) writer.Write(text);
    }

    private static string? ReadText(BinaryReader reader) => reader.ReadBoolean() ? reader.ReadString() : null;

    private static void WriteGuid(BinaryWriter writer, Guid? id)
    {
        writer.Write(id is not null);
        if (id is { } guid) writer.Write(guid.ToByteArray());
    }

    private static Guid? ReadGuid(BinaryReader reader) => reader.ReadBoolean() ? new Guid(reader.ReadBytes(16)) : null;

    private static long WritePart(IDiskFile file, long offset, Action<BinaryWriter> write)
    {
        using var memory = new MemoryStream();
        memory.SetLength(8);
        memory.Position = 8;
        using (var writer = new BinaryWriter(memory, Encoding.UTF8, leaveOpen: true)) write(writer);
        Span<byte> all = memory.GetBuffer().AsSpan(0, (int)memory.Length);
        MemoryMarshal.Write(all, all.Length - 8);
        MemoryMarshal.Write(all[4..], Checksum(all[8..]));
        file.Write(all, offset);
        return all.Length;
    }

    private static byte[] ReadPart(IDiskFile file, ref long offset)
    {
        Span<byte> head = stackalloc byte[8];
        ReadAll(file, head, offset);
        int length = MemoryMarshal.Read<int>(head);
        if (length is < 0 or > MaxPartBytes || offset + 8 + length > file.Length) throw new HealSnapshotException("it is cut short or damaged");
        byte[] part = new byte[length];
        ReadAll(file, part, offset + 8);
        if (Checksum(part) != MemoryMarshal.Read<uint>(head[4..])) throw new HealSnapshotException("it does not match its checksum");
        offset += 8 + length;
        return part;
    }

    private static void ReadAll(IDiskFile file, Span<byte> buffer, long offset)
    {
        while (buffer.Length > 0)
        {
            int read = file.Read(buffer, offset);
            if (read == 0) throw new HealSnapshotException("it is cut short");
            buffer = buffer[read..];
            offset += read;
        }
    }

    private static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        ReadOnlySpan<ulong> words = MemoryMarshal.Cast<byte, ulong>(bytes);
        foreach (ulong word in words) crc = BitOperations.Crc32C(crc, word);
        foreach (byte one in bytes[(words.Length * 8)..]) crc = BitOperations.Crc32C(crc, one);
        return ~crc;
    }
}
