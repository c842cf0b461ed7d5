namespace Weir.Lab.Disks;

/// <summary>The calls on open files.</summary>
public sealed partial class SimulatedDisk
{
    internal long Length(SimulatedFile handle)
    {
        lock (_gate)
        {
            handle.ThrowIfInvalid();
            return handle.File.Length;
        }
    }

    internal int Read(SimulatedFile handle, Span<byte> buffer, long offset)
    {
        lock (_gate)
        {
            handle.ThrowIfInvalid();
            Begin(handle.Process, DiskOperationKind.Read, handle.Path, offset, buffer.Length).End();
            return handle.File.Read(buffer, offset);
        }
    }

    internal void Write(SimulatedFile handle, ReadOnlySpan<byte> data, long offset)
    {
        try
        {
            lock (_gate)
            {
                handle.ThrowIfNotWritable();
                Step step = Begin(handle.Process, DiskOperationKind.Write, handle.Path, offset, data.Length);
                // What lies within the file has its room already; beyond it, also a hole is counted.
                long room = Free() is long.MaxValue and var all ? all : Math.Max(0, Math.Max(0, Free()) + handle.File.Length - offset);
                int bytes = (int)Math.Min(step.Bytes, room);
                handle.File.Write(data[..bytes], offset);
                if (bytes > 0) Changed(handle.Path);
                if (room < step.Bytes) throw DiskErrors.Of(DiskError.NoSpace, step.Operation);
                step.End();
            }
        }
        finally
        {
            CallWatches();
        }
    }

    internal void Truncate(SimulatedFile handle, long length) => Change(handle.Process, () =>
    {
        handle.ThrowIfNotWritable();
        Step step = Begin(handle.Process, DiskOperationKind.Truncate, handle.Path, length);
        if (step.Happens)
        {
            handle.File.Truncate(length);
            Changed(handle.Path);
        }

        step.End();
        return true;
    });

    internal void Sync(SimulatedFile handle)
    {
        lock (_gate)
        {
            handle.ThrowIfInvalid();
            Step step = Begin(handle.Process, DiskOperationKind.Sync, handle.Path);
            if (step.Happens) handle.File.Sync();
            else if (step.Fails) handle.File.FailSync();
            step.End();
        }
    }
}
