using System.Globalization;
using Google.Protobuf;
using Weft.Interchange.WandbWire;
using Weft.Training;

namespace Weft.Interchange;

/// <summary>
/// A folder for <c>wandb sync</c> for each process that worked at the run: <c>wandb/offline-run-TIME-ID</c> with the transaction log and <c>files/</c>.
/// The log's bytes follow from the run, so a folder that an earlier hand-over left unfinished is completed where it stops.
/// </summary>
internal sealed class WandbOffline(TrackedRun run, WandbSettings settings, TimeZoneInfo zone, bool goOn) : IWandbSink
{
    private readonly string _runId = settings.RunId ?? run.Id;
    private readonly string _root = Root(settings.Folder);
    private DateTime _lastName = DateTime.MinValue;
    private string _segment = "";
    private ContinuedFile? _file;
    private BlockLogWriter? _log;
    private WandbDocuments _documents = new();
    private long _number;
    private bool _isComplete;

    public string Where => _segment.Length > 0 ? _segment : _root;

    private string LogPath => Path.Combine(_segment, $"run-{_runId}.wandb");

    public void Begin(SessionBegan session)
    {
        _segment = Path.Combine(_root, $"offline-run-{Name(session)}-{_runId}");
        _isComplete = goOn && IsComplete();
        _number = 0;
        _documents = new WandbDocuments();
        if (_isComplete)
            return;
        _file = new ContinuedFile(LogPath, goOn);
        _log = new BlockLogWriter(_file);
        Directory.CreateDirectory(Path.Combine(_segment, "files")); // readers write into it and do not make it
    }

    public void Write(Record record)
    {
        if (_isComplete)
            return;
        record.Num = ++_number;
        _documents.Note(record);
        _log!.Write(record.ToByteArray());
    }

    public void AddFile(string path, byte[] content)
    {
        if (!_isComplete)
            WholeFile.Write(LocalPath(path), content);
    }

    public string LocalPath(string path) => Path.Combine([_segment, "files", .. path.Split('/')]);

    public void End(SessionEnded session)
    {
        if (_isComplete)
            return;
        foreach (var (name, content) in _documents.Files())
            WholeFile.Write(LocalPath(name), content);
        _file!.Complete();
        _file.Dispose();
        _file = null;
        if (BlockLogReader.Read(RegularFile.ReadAllBytes(LogPath, Array.MaxLength), out var tear).Count != _number || tear is not null)
        {
            throw new WeftException(ErrorKind.IoError, "the transaction log reads back differently from what was written")
            {
                Where = LogPath, Expected = $"{_number} records", Found = tear ?? "fewer", Safe = "the run is not touched by this",
            };
        }
    }

    public void HandOver(bool all, CancellationToken cancellationToken) => _file?.Flush();

    public void Dispose() => _file?.Dispose();

    private static string Root(string folder)
    {
        var hidden = Path.Combine(Path.GetFullPath(folder), ".wandb");
        return Directory.Exists(hidden) ? hidden : Path.Combine(Path.GetFullPath(folder), "wandb");
    }

    // Readers take the time out of the name, in seconds; two processes of one run never share a second.
    private string Name(SessionBegan session)
    {
        var local = TimeZoneInfo.ConvertTime(session.Time, zone).DateTime;
        var second = new DateTime(local.Ticks - local.Ticks % TimeSpan.TicksPerSecond);
        _lastName = second > _lastName ? second : _lastName.AddSeconds(1);
        return _lastName.ToString("yyyyMMdd_HHmmss", CultureInfo.InvariantCulture);
    }

    private bool IsComplete()
    {
        if (PathKinds.Of(LogPath, followLinks: true) == PathKind.Absent)
            return false;
        try
        {
            var records = BlockLogReader.Read(RegularFile.ReadAllBytes(LogPath, Array.MaxLength), out var tear);
            return tear is null && records.Count > 0 && Record.Parser.ParseFrom(records[^1]).WhatCase == Record.WhatOneofCase.Footer;
        }
        catch (InvalidProtocolBufferException)
        {
            return false; // not ours: the comparison with what should be there says where it differs
        }
        catch (Exception failure) when (DiskFailure.Is(failure))
        {
            throw DiskFailure.ToError(failure, "the transaction log cannot be read", LogPath, "nothing was changed");
        }
    }
}
