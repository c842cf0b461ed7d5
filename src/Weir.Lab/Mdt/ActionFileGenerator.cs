using System.Globalization;
using System.Text;
using Weir.Lustre;
using Weir.Lustre.HsmFiles;

namespace Weir.Lab.Mdt;

/// <summary>
/// Writes big <c>hsm/actions</c> files fast, such as a busy MDT has: about 245 bytes a line, 40 % STARTED, 55 % WAITING, the
/// rest final. A file with changes is the same file some time later.
/// </summary>
public static class ActionFileGenerator
{
    private const int BufferBytes = 256 * 1024;
    private const uint RecordsPerLog = 64_767;
    private const uint FirstCatalogIndex = 512;

    /// <summary>Writes or replaces a file.</summary>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public static void WriteFile(string path, ActionFileOptions options)
    {
        using var stream = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 0);
        Write(stream, options);
    }

    /// <summary>Writes to where a stream stands.</summary>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public static void Write(Stream output, ActionFileOptions options)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(options);
        uint mdtNumber = MdtNumber(options.Mdt);
        var lines = new LinePrinter(output, options, mdtNumber);
        if (options.HasHeader) output.Write(Encoding.ASCII.GetBytes($"mdt.{options.Mdt}.hsm.actions=\n"));
        var fate = new LineFates(options, CountUnfinished(options));
        for (int line = 0; line < options.Count; line++)
        {
            HsmStatus status = StatusOf(Draw(options.Seed, line));
            switch (fate.Next(status.IsFinal()))
            {
                case LineFate.Changed:
                    lines.Print(line, status == HsmStatus.Waiting ? HsmStatus.Started : HsmStatus.Succeed);
                    break;
                case LineFate.Same:
                    lines.Print(line, status);
                    break;
                case LineFate.Removed:
                    break;
            }
        }

        for (int added = 0; added < options.Added; added++) lines.Print(options.Count + added, HsmStatus.Waiting);
        lines.Flush();
    }

    private static int CountUnfinished(ActionFileOptions options)
    {
        int count = 0;
        for (int line = 0; line < options.Count; line++)
        {
            if (!StatusOf(Draw(options.Seed, line)).IsFinal()) count++;
        }

        return count;
    }

    private static HsmStatus StatusOf(ulong draw) => (draw % 1000) switch
    {
        < 400 => HsmStatus.Started,
        < 950 => HsmStatus.Waiting,
        < 985 => HsmStatus.Succeed,
        < 995 => HsmStatus.Failed,
        _ => HsmStatus.Canceled,
    };

    /// <summary>A line's own random number (SplitMix64): a line does not depend on those before it.</summary>
    private static ulong Draw(int seed, long line)
    {
        ulong z = unchecked(((ulong)(uint)seed << 32) + (ulong)line) * 0x9e3779b97f4a7c15 + 0x9e3779b97f4a7c15;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
        z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
        return z ^ (z >> 31);
    }

    private static uint MdtNumber(string mdt)
    {
        if (mdt.Length > 4 && uint.TryParse(mdt.AsSpan(mdt.Length - 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out uint number))
            return number;
        throw new ArgumentException($"'{mdt}' is not the name of an MDT: it must end in four hexadecimal digits, as lab-MDT0000.");
    }

    /// <summary>Prints into a buffer and hands it on when it is full.</summary>
    private sealed class LinePrinter(Stream output, ActionFileOptions options, uint mdtNumber)
    {
        private readonly byte[] _buffer = new byte[BufferBytes];
        private readonly byte[] _data = Encoding.ASCII.GetBytes("tag=migration-to-tape-2025;pool=lto9;owner=hsm-policy-engine");
        private int _used;

        public void Print(int line, HsmStatus status)
        {
            if (_buffer.Length - _used < ActionLineWriter.MaxLineBytes) Flush();
            ulong draw = Draw(options.Seed, line) >> 10;
            var fid = new Fid(0x2_0000_5000 + mdtNumber * 0x4000_0000UL + (uint)line / 0x2_0000, (uint)line % 0x2_0000 + 1, 0);
            var record = new ActionRecord
            {
                CatalogIndex = FirstCatalogIndex + (uint)line / RecordsPerLog,
                RecordIndex = (uint)line % RecordsPerLog + 1,
                Fid = fid,
                DataFid = fid,
                Cookie = options.StartCookie + (uint)line,
                Action = (draw % 100) switch { < 70 => HsmAction.Archive, < 92 => HsmAction.Restore, _ => HsmAction.Remove },
                ArchiveId = (uint)(draw / 100 % 4) + 1,
                ExtentLength = ulong.MaxValue,
                Status = status,
            };
            bool hasData = draw / 400 % 2 == 0;
            _used += ActionLineWriter.Format(_buffer.AsSpan(_used), record, hasData ? _data : default(ReadOnlySpan<byte>));
        }

        public void Flush()
        {
            output.Write(_buffer, 0, _used);
            _used = 0;
        }
    }
}
