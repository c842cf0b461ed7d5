using System.Buffers;
using Weir.Lustre.HsmFiles;

namespace Weir.Lab.Mdt;

/// <summary>The file <c>hsm/actions</c> of one MDT on disk: it moves with the MDT and is gone while that is down.</summary>
internal sealed class ActionsFile(SimulatedMdt mdt, FileDamage damage, string directory)
{
    private readonly ArrayBufferWriter<byte> _content = new(64 * 1024);
    private string? _device;

    /// <summary>Brings the disk up to date.</summary>
    /// <param name="clean">Whether to leave out all damage this time.</param>
    public WrittenFile Write(bool clean)
    {
        string? device = mdt.IsUp ? Path.Combine(directory, mdt.Host, mdt.Name) : null;
        if (_device is not null && _device != device) Directory.Delete(_device, recursive: true);
        _device = device;
        if (device is null) return new(mdt.Name, null, 0, 0, 0, false);
        string path = Path.Combine(Directory.CreateDirectory(Path.Combine(device, "hsm")).FullName, "actions");
        WrittenFile written = Compose(path, clean ? new(-1, -1, -1, 0) : damage.Draw(mdt.ActionCount));
        string temporary = path + ".tmp";
        File.WriteAllBytes(temporary, _content.WrittenSpan);
        File.Move(temporary, path, overwrite: true);
        Count(written);
        return written;
    }

    private WrittenFile Compose(string path, FileDamage.Drawn drawn)
    {
        _content.ResetWrittenCount();
        int line = 0, whole = 0, garbage = 0;
        foreach (Request request in mdt.Records)
        {
            if (line == drawn.GarbageBefore) garbage = WriteGarbage(drawn.GarbageLines);
            Span<byte> buffer = _content.GetSpan(ActionLineWriter.MaxLineBytes);
            int length = ActionLineWriter.Format(buffer, request.Record, request.Data);
            if (line == drawn.TornLine)
            {
                _content.Advance(damage.Cut(length));
                return new(mdt.Name, path, whole, mdt.ActionCount - whole, garbage, true);
            }

            if (line == drawn.LostLine) damage.Spoil(buffer[..length]);
            else whole++;
            _content.Advance(length);
            line++;
        }

        if (drawn.GarbageBefore < 0) garbage = WriteGarbage(drawn.GarbageLines);
        return new(mdt.Name, path, whole, mdt.ActionCount - whole, garbage, false);
    }

    private int WriteGarbage(int lines)
    {
        for (int i = 0; i < lines; i++) damage.WriteGarbage(_content);
        return lines;
    }

    private void Count(WrittenFile written)
    {
        mdt.Tally.FilesWritten++;
        mdt.Tally.GarbageLines += written.GarbageLines;
        mdt.Tally.LostLines += written.LostLines;
        if (written.IsTorn) mdt.Tally.TornFiles++;
    }
}
