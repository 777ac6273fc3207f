using System.Globalization;
using System.Text;

namespace Weft.Training;

/// <summary>What whoever begins a sweep adds to its file.</summary>
internal sealed record SweepOptions
{
    /// <value>Values of every trial, over those of the file. Default: none.</value>
    public IReadOnlyList<ConfigurationValue> Constants { get; init; } = [];

    /// <value>In place of the file's. Default: null, the file's.</value>
    public string? Recipe { get; init; }

    /// <value>In place of the file's run_cap. Default: null, the file's.</value>
    public int? Trials { get; init; }

    /// <value>How many trials may be under way at once, where the file does not say. Default: 2.</value>
    public int Parallel { get; init; } = 2;
}

/// <summary>A sweep: what its file says, what was fixed when it was made, and where its rows are.</summary>
internal sealed class Sweep : IDisposable
{
    private Sweep(SweepFolder folder, SweepDefinition definition, SweepInformation information, ISweepStore store)
    {
        (Folder, Definition, Information, Store) = (folder, definition, information, store);
        Rule = new SweepRule(definition, MethodOf(definition), information.Parallel, information.Epochs);
    }

    public SweepFolder Folder { get; }

    public SweepDefinition Definition { get; }

    public SweepInformation Information { get; }

    public ISweepStore Store { get; }

    public SweepRule Rule { get; }

    /// <inheritdoc cref="DefaultsOf"/>
    public IReadOnlyList<string> Defaults => DefaultsOf(Definition);

    /// <summary>A trial's settings by key.</summary>
    public IReadOnlyDictionary<string, string> SettingsOf(TrialRow trial) =>
        Definition.Space.Parameters.Zip(trial.Settings).ToDictionary(pair => pair.First.Key, pair => pair.Second);

    public SweepTable Table() => new(Definition, Store.Read());

    /// <summary>The configuration of a trial. Trial 0 is the recipe itself.</summary>
    public ResolvedConfiguration ConfigurationOf(int trial, IReadOnlyList<string> settings) =>
        SweepFile.Configuration(Definition, trial == 0 ? null : settings);

    /// <summary>
    /// What would be made of a file: nothing is written. Everything that can be found wrong before the first trial is found here.
    /// </summary>
    /// <exception cref="WeftException"><see cref="ErrorKind.InvalidInput"/>: the file is wrong, or its values do not go together.</exception>
    public static SweepDefinition Define(string file, SweepOptions options)
    {
        var read = SweepFile.Read(file);
        var searched = options.Constants.Where(value => read.Space.Parameters.Any(parameter => parameter.Key == value.Key)).ToList();
        if (searched.Count > 0)
        {
            var problems = searched.Select(value => new Problem(value.Origin, $"{value.Key} left to the sweep, which searches it", value.Text));
            throw Mistakes.ToError([.. problems], "the sweep");
        }

        var definition = With(read, options.Constants, options.Recipe, options.Trials);
        if (definition.Pruner is EpochPruner)
        {
            throw new WeftException(ErrorKind.InvalidInput, "early_terminate.type epoch is not carried out yet")
            {
                Where = "early_terminate.type", Expected = "asha or hyperband", Found = "epoch", Safe = "nothing was touched",
            };
        }

        SweepFile.Check(definition);
        return definition.KeepBest is null ? definition : definition with
        {
            Notes = [.. definition.Notes, "weft.keep_best is not carried out yet: every trial keeps its run's folder"],
        };
    }

    /// <summary>The epochs of the longest trial.</summary>
    public static int EpochsOf(SweepDefinition definition)
    {
        var all = SweepFile.Configuration(definition, null).Value.Training.Epochs;
        var index = definition.Space.Parameters.ToList().FindIndex(parameter => parameter.Key == EpochsKey);
        return index < 0 ? all : definition.Space.Parameters[index] switch
        {
            CategoricalParameter choices => choices.Choices.Select(Whole).Append(all).Max(),
            var number => Math.Max(all, Whole(number.Draw(1 - 1e-12))),
        };
    }

    private static int Whole(string text) => int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);

    /// <summary>Makes the folder of a sweep, or opens the one that was made of the same file and options.</summary>
    /// <param name="data">The data's fingerprint, and how wide this processor's vectors are.</param>
    /// <exception cref="WeftException">
    /// <see cref="ErrorKind.InvalidInput"/>: another sweep has the name; <see cref="ErrorKind.DatasetMismatch"/>: it was made on other data;
    /// <see cref="ErrorKind.CheckpointMismatch"/>: on another kind of processor; else as <see cref="Open"/>.
    /// </exception>
    public static Sweep Make(
        SweepFolder folder, string file, SweepDefinition definition, SweepOptions options, (string Fingerprint, RunMachine Machine) data, TimeProvider clock)
    {
        var text = SweepFile.Text(file);
        if (!RegularFile.Exists(folder.InformationFile))
        {
            var information = new SweepInformation
            {
                Name = folder.Name, Parallel = definition.Parallel ?? options.Parallel, Epochs = EpochsOf(definition),
                Constants = [.. options.Constants.Select(value => new SweepConstant(value.Key, value.Text))], Recipe = options.Recipe, Trials = options.Trials,
                SourceFolder = Path.GetDirectoryName(Path.GetFullPath(file))!, DataFingerprint = data.Fingerprint, VectorBits = data.Machine.VectorBits,
                WeftVersion = data.Machine.WeftVersion, Created = clock.GetUtcNow(),
            };
            try
            {
                Directory.CreateDirectory(folder.Path);
                DurableFile.Write(DiskFiles.Instance, folder.File, Encoding.UTF8.GetBytes(text));
                DurableFile.Write(DiskFiles.Instance, folder.InformationFile, information.ToJson());
            }
            catch (Exception failure) when (DiskFailure.Is(failure))
            {
                throw DiskFailure.ToError(failure, "the sweep's folder cannot be made", folder.Path, "no trial was begun");
            }
        }

        var sweep = Open(folder);
        try
        {
            sweep.RequireSame(text, options);
            sweep.RequireSame(data);
            return sweep;
        }
        catch
        {
            sweep.Dispose();
            throw;
        }
    }

    /// <exception cref="WeftException">
    /// <see cref="ErrorKind.InvalidInput"/>: there is no such sweep; <see cref="ErrorKind.StoreDamaged"/>, <see cref="ErrorKind.NewerFormat"/> or
    /// <see cref="ErrorKind.IoError"/>: it cannot be read.
    /// </exception>
    public static Sweep Open(SweepFolder folder, ISweepStore? store = null)
    {
        if (!RegularFile.Exists(folder.InformationFile))
        {
            var parent = Path.GetDirectoryName(folder.Path)!;
            var there = Directory.Exists(parent) ? string.Join(", ", Directory.EnumerateDirectories(parent).Select(Path.GetFileName).Order()) : "";
            throw new WeftException(ErrorKind.InvalidInput, $"there is no sweep '{folder.Name}'")
            {
                Where = parent, Expected = "the name of a sweep", Found = there.Length == 0 ? "no sweeps" : there, Safe = "nothing was changed",
            };
        }

        try
        {
            var information = SweepInformation.Parse(RegularFile.ReadOwn(folder.InformationFile, SweepInformation.MaximumBytes), folder.InformationFile);
            var constants = information.Constants.Select(value => new ConfigurationValue(value.Key, value.Text, "command line"));
            var read = SweepFile.Parse(SweepFile.Text(folder.File), folder.File, information.SourceFolder);
            var definition = With(read, [.. constants], information.Recipe, information.Trials);
            return new Sweep(folder, definition, information, store ?? new FolderSweepStore(folder));
        }
        catch (Exception failure) when (DiskFailure.Is(failure))
        {
            throw DiskFailure.ToError(failure, $"the sweep {folder.Name} cannot be read", folder.Path);
        }
    }

    /// <exception cref="WeftException">As <see cref="Make"/>: the data or the processor are others than those that the sweep was made with.</exception>
    public void RequireSame((string Fingerprint, RunMachine Machine) data)
    {
        if (data.Fingerprint != Information.DataFingerprint)
            throw Other(ErrorKind.DatasetMismatch, "the data are others than those that the sweep was made with",
                Information.DataFingerprint, data.Fingerprint);
        if (data.Machine.VectorBits != Information.VectorBits)
            throw Other(ErrorKind.CheckpointMismatch, "this processor's vectors round otherwise than those that the sweep was made with",
                $"{Information.VectorBits}-bit vectors", $"{data.Machine.VectorBits}-bit vectors");
        if (data.Machine.WeftVersion != Information.WeftVersion)
            throw Other(ErrorKind.CheckpointMismatch, "another version of the program made the sweep", Information.WeftVersion, data.Machine.WeftVersion);
    }

    /// <summary>Writes <c>trials.csv</c> as the rows are now.</summary>
    public void WriteTable()
    {
        try
        {
            DurableFile.Write(DiskFiles.Instance, Folder.TableFile, Encoding.UTF8.GetBytes(Table().ToCsv()));
        }
        catch (Exception failure) when (DiskFailure.Is(failure))
        {
            throw DiskFailure.ToError(failure, "the sweep's table cannot be written", Folder.TableFile, "its trials are intact");
        }
    }

    public void Dispose() => Store.Dispose();

    private const string EpochsKey = "training.epochs";

    /// <summary>The method that a sweep's file asks for.</summary>
    public static SearchMethod MethodOf(SweepDefinition definition) => definition.Method switch
    {
        SweepMethod.Grid => new GridMethod(definition.Space, definition.Seed),
        SweepMethod.Random => new RandomMethod(definition.Space, definition.Seed),
        SweepMethod.Sobol => new SobolMethod(definition.Space, definition.Seed),
        _ => new BayesMethod(definition.Space, definition.Seed),
    };

    /// <summary>The settings of trial 0, which is the recipe with the file's constants.</summary>
    public static IReadOnlyList<string> DefaultsOf(SweepDefinition definition) =>
        SweepFile.Settings(definition, SweepFile.Configuration(definition, null));

    /// <summary>How many trials a grid has, that of the default included; null for what is no grid.</summary>
    public static int? TrialsOfGrid(SweepDefinition definition)
    {
        if (definition.Method != SweepMethod.Grid)
            return null;
        var grid = new GridMethod(definition.Space, definition.Seed);
        var first = new SeenTrial(0, DefaultsOf(definition), SeenState.Running, double.NaN, 0);
        var isDefaultAmong = grid.Suggest((int)Math.Min(int.MaxValue, grid.Points), [first]) is null;
        return (int)Math.Min(int.MaxValue, grid.Points + (isDefaultAmong ? 0 : 1));
    }

    private static SweepDefinition With(SweepDefinition read, IReadOnlyList<ConfigurationValue> constants, string? recipe, int? trials) => read with
    {
        Constants = [.. read.Constants, .. constants],
        Recipe = recipe ?? read.Recipe,
        RunCap = trials ?? read.RunCap,
    };

    // Going on with the same command: the folder remembers what was said, and says so where it was something else.
    private void RequireSame(string text, SweepOptions options)
    {
        var differs = text != SweepFile.Text(Folder.File) ? "the file"
            : options.Recipe is not null && options.Recipe != Information.Recipe ? "--recipe"
            : options.Constants.FirstOrDefault(value => !Information.Constants.Contains(new SweepConstant(value.Key, value.Text))) is { } other ? other.Key
            : null;
        if (differs is not null)
            throw Other(ErrorKind.InvalidInput, $"the sweep {Folder.Name} was made of something else: {differs} differs",
                "the same, or another --name", differs);
    }

    private WeftException Other(ErrorKind kind, string what, string expected, string found) => new(kind, what)
    {
        Where = Folder.Path, Expected = expected, Found = found, Safe = "nothing was changed",
    };
}
